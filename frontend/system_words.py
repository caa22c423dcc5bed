"""What the system page calls checks and jobs. A job that is not named here shows its function's name."""

from django.utils.translation import gettext_lazy as _

# By check: what it looks at, and what it means for people when it fails.
CHECKS = {
    "database": (_("Database"), _("It does not answer. No page can be shown.")),
    "migrations": (_("Tables of the hub"), _("They are older than this release. Run the update.")),
    "worker": (_("Work in the background"), _("Nobody does it, or it does not get on. Mail and checks wait.")),
    "schemas": (_("Centres' spaces"), _("Some were set aside by the last work on all of them.")),
}
JOBS = {
    "fill_ready_schemas": _("Keep empty spaces ready"),
    "measure_fleet": _("Count the spaces that are behind"),
    "apply_retention": _("Remove what has expired"),
    "verify_trail": _("Check the audit trail"),
    "tell_of_evidence": _("Tell a mentor of new evidence"),
    "tell_of_returned_evidence": _("Tell a centre of evidence that was sent back"),
    "remove_old_jobs": _("Tidy up finished jobs"),
    "deliver": _("Send a message to a connected program"),
    "sweep": _("Look after messages to connected programs"),
    "tell_of_stopped_webhooks": _("Tell of a connection that stopped"),
}


def check_name(check: str) -> str:
    return str(CHECKS[check][0]) if check in CHECKS else check


def check_problem(check: str) -> str:
    return str(CHECKS[check][1]) if check in CHECKS else ""


def job_name(task: str) -> str:
    return str(JOBS.get(task, task.replace("_", " ")))
