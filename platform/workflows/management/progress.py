"""A progress bar on the terminal for the fleet's runs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from fleet.runs import OnProgress, Progress


@contextmanager
def bar(label: str) -> Iterator[OnProgress]:
    """Yields a callback that keeps a bar of done, rate, time left and failed on standard error.

    With nothing to do there is no bar.
    """
    shown: tqdm | None = None

    def show(progress: Progress) -> None:
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
