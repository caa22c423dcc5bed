"""The last look before serving: the fleet's database checks, with their errors as the reason not to start."""

import sys

from django.core.checks import ERROR, run_checks

from fleet.checks import TAG


def verify() -> None:
    """Stop the process with one line per finding if the database would mix or lose centres."""
    findings = run_checks(tags=[TAG], databases=["default"])
    for finding in findings:
        sys.stderr.write(f"{finding}\n")
    if any(finding.level >= ERROR for finding in findings):
        raise SystemExit(1)
