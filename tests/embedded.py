"""Pytest plugin: the tests' own embedded PostgreSQL in ``var/test``, unless DATABASE_URL names a server.

It is loaded before Django's settings, which read the environment that it sets.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

os.environ.setdefault("BALAI_VAR", str(ROOT / "var" / "test"))
os.environ["BALAI_INSECURE_HTTP"] = "1"
os.environ.setdefault("BALAI_LOG_LEVEL", "WARNING")

from config import embedded  # noqa: E402

# Where static files would be; whitenoise warns in every test if it is missing.
(embedded.VAR / "static").mkdir(parents=True, exist_ok=True)

# A test server may lose its data: no waiting for the disk.
TUNING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

STARTED = embedded.is_chosen() and embedded.start(TUNING)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_unconfigure(config: pytest.Config) -> Iterator[None]:
    yield
    if STARTED:
        embedded.stop()
