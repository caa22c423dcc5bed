"""Pytest plugin: the tests' own embedded PostgreSQL in ``var/test``, unless DATABASE_URL names a server.

It is loaded before Django's settings, which read the environment that it sets. Each process of a parallel run
(``-n``) has a folder and a server to itself, so that nothing is shared but the machine.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

os.environ.setdefault("BALAI_VAR", str(ROOT / "var" / "test"))
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["BALAI_VAR"] = str(Path(os.environ["BALAI_VAR"]) / worker)
os.environ["BALAI_INSECURE_HTTP"] = "1"
os.environ.setdefault("BALAI_LOG_LEVEL", "WARNING")

from config import embedded  # noqa: E402

# Where static files would be; whitenoise warns in every test if it is missing.
(embedded.VAR / "static").mkdir(parents=True, exist_ok=True)

# A test server may lose its data: no waiting for the disk.
TUNING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_started = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    only_hands_out = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    config.stash[_started] = not only_hands_out and embedded.is_chosen() and embedded.start(TUNING)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_unconfigure(config: pytest.Config) -> Iterator[None]:
    yield
    if config.stash.get(_started, False):
        embedded.stop()
