"""A progress bar on the terminal for the fleet's runs."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from tqdm import tqdm


class Counted(Protocol):
    """Whatever keeps count of a run: the fleet's own progress, or a smaller one."""

    @property
    def total(self) -> int: ...

    @property
    def done(self) -> int: ...

    @property
    def failed(self) -> int: ...


@contextmanager
def bar(label: str) -> Iterator[Callable[[Counted], None]]:
    """Yields a callback that keeps a bar of done, rate, time left and failed on standard error.

    With nothing to do there is no bar.
    """
    shown: tqdm | None = None

    def show(progress: Counted) -> None:
        nonlocal shown
        if shown is None:
            shown = tqdm(desc=label, total=progress.total, file=sys.stderr, dynamic_ncols=True, mininterval=0.2)
        shown.total = progress.total
        shown.set_postfix(failed=progress.failed, refresh=False)
        shown.update(progress.done + progress.failed - shown.n)

    try:
        yield show
    finally:
        if shown is not None:
            shown.close()
