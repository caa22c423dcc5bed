"""Files in which gunicorn's processes count requests, and what becomes of those of a process that has ended.

Each process counts in files of its own; whoever is scraped adds them all up. Processes are replaced now and then, so
the master folds the files of one that ended into a single one: nothing is lost, and their number stays small.
Nothing here needs Django: the master has none.
"""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is first imported

_OF_A_PROCESS = re.compile(r"(counter|histogram)_(\d+)\.db")


def folder_of_this_master() -> Path:
    """In memory where possible: a page that waits for the disk would hold up a request."""
    memory = Path("/dev/shm")  # noqa: S108  (begin() takes no folder that is there already)
    base = memory if memory.is_dir() else Path(tempfile.gettempdir())
    return base / f"balai-metrics-{os.getuid()}-{os.getpid()}"


def chosen() -> Path | None:
    """The folder when this is one of gunicorn's processes, else None: then a process counts for itself."""
    return Path(path) if (path := os.environ.get(VARIABLE)) else None


def begin(folder: Path) -> None:
    """An empty folder that is ours alone. Raises OSError if another user holds one of that name."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)


def end(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def unfolded(folder: Path) -> Iterator[None]:
    """Read the files while nothing is folded: a number in between would stand in two files or in none."""
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def fold(folder: Path, living: set[int]) -> None:
    """Add what processes that ended have counted to ``counter_ended.db`` and ``histogram_ended.db``.

    While somebody reads, nothing happens: the next process that ends has it done. The master never waits.
    """
    from prometheus_client.mmap_dict import MmapedDict

    with (folder / "lock").open("a") as lock, suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for path in folder.glob("*.db"):
            of_a_process = _OF_A_PROCESS.fullmatch(path.name)
            if not of_a_process or int(of_a_process[2]) in living:
                continue
            sums = MmapedDict(str(folder / f"{of_a_process[1]}_ended.db"))
            for key, value, _timestamp, _place in MmapedDict.read_all_values_from_file(str(path)):
                sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
            sums.close()
            path.unlink()
