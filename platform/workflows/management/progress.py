"""A progress bar on the terminal for the fleet's runs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from fleet.runs import OnProgress, Progress


@contextmanager
def bar(label: str) -> Iterator[OnProgress]:
    """Yields a callback that keeps a bar of done, rate, time left and failed on standard error."""
    with tqdm(desc=label, total=0, file=sys.stderr, dynamic_ncols=True, mininterval=0.2) as shown:

        def show(progress: Progress) -> None:
            shown.total = progress.total
            shown.set_postfix(failed=progress.failed, refresh=False)
            shown.update(progress.done + progress.failed - shown.n)

        yield show
        shown.refresh()
