"""A world of its own for one benchmark: an embedded PostgreSQL in a fresh folder, gone afterwards.

The benchmark itself is a child process whose ``BALAI_VAR`` is that folder, so it takes the same way to its
database as a production process does, and nothing it does can reach the caller's.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from config import embedded

# What of the caller's settings is itself a subject of measurement; the rest stays out.
_KEPT = ("BALAI_POOL_MIN", "BALAI_POOL_MAX", "BALAI_SCHEMAS_PER_CONNECTION", "BALAI_READY_SCHEMAS")
_GRACE = 60  # seconds that the child, then the server, gets to end by itself


class BenchFailed(Exception):
    """The benchmark's own process ended with an error, which it has written to standard error."""


def run(arguments: Sequence[str]) -> str:
    """Run ``manage.py`` with these arguments on a fresh database. Returns its standard output. Raises BenchFailed."""
    with _fresh_folder() as folder, _stoppable():
        child = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=embedded.ROOT,
            env=environment(folder),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            output, _nothing = child.communicate()
        finally:
            _end(child)
    if child.returncode:
        raise BenchFailed(f"The benchmark ended with code {child.returncode}.")
    return output


def environment(folder: Path) -> dict[str, str]:
    """Production's defaults on the embedded server of this folder, whatever the caller's own settings are."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "SENTRY_DSN") and (not name.startswith("BALAI_") or name in _KEPT)
    }
    return {
        **kept,
        "BALAI_VAR": str(folder),
        "BALAI_LOG_LEVEL": "WARNING",
        "BALAI_CENTRE_LIMIT_FACTOR": "1000",  # one address asks more than people do
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{embedded.ROOT}{os.pathsep}{embedded.ROOT / 'platform'}",
    }


@contextmanager
def _fresh_folder() -> Iterator[Path]:
    above = embedded.VAR / "bench"
    above.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=above))
    (folder / "static").mkdir()
    try:
        yield folder
    finally:
        _stop_server(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _stoppable() -> Iterator[None]:
    """A polite kill ends like Ctrl-C, through the clean-up."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _stop_server(data: Path) -> None:
    """Stop the server of this data folder by the id it has written there, and remove its socket's folder."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        server, socket_folder = int(lines[0]), Path(lines[4])
    except (OSError, ValueError, IndexError):
        return
    with suppress(ProcessLookupError):
        os.kill(server, signal.SIGINT)  # PostgreSQL's "fast" shutdown
    until = time.monotonic() + _GRACE
    while (data / "postmaster.pid").exists() and time.monotonic() < until:
        time.sleep(0.1)
    if socket_folder != data:
        shutil.rmtree(socket_folder, ignore_errors=True)
