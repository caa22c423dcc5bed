"""Mail about programmes to whoever answers for a centre: results, answers to appeals, a place from the waiting list.

What stands in a mail is what the centre's own page shows: no rank, no assessor, nothing of another centre.
"""

import uuid
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from hub.accounts import queries as accounts
from hub.centres import hosts
from hub.programmes.models import Application
from hub.selection.models import Appeal, Result

from . import mail


def tell_of_result(result_id: int) -> int:
    """Tell a centre its published result of one round. Returns how many were told."""
    found = Result.objects.select_related("round__cohort__rules", "application__centre").filter(pk=result_id).first()
    if found is None or found.round.published_at is None:
        return 0
    context = {"result": found, "round": found.round, "cohort": found.round.cohort}
    return _tell(found.application, "round_result", context)


def tell_of_answer(appeal_id: uuid.UUID) -> int:
    """Tell a centre how its appeal was answered. Returns how many were told."""
    found = Appeal.objects.select_related("result__round__cohort__rules", "result__application__centre")
    appeal = found.exclude(decided_at=None).filter(pk=appeal_id).first()
    if appeal is None:
        return 0
    context = {"appeal": appeal, "round": appeal.result.round, "cohort": appeal.result.round.cohort}
    return _tell(appeal.result.application, "appeal_answered", context)


def tell_of_place(application_id: uuid.UUID) -> int:
    """Tell a centre that it has moved up from the waiting list. Returns how many were told."""
    found = Application.objects.select_related("cohort", "centre").filter(pk=application_id).first()
    return _tell(found, "moved_up", {"cohort": found.cohort}) if found else 0


def _tell(application: Application, name: str, context: dict[str, Any]) -> int:
    centre, told = application.centre, 0
    if not centre.is_live:
        return 0
    path = reverse("centre:programme", urlconf=settings.CENTRE_URLCONF, kwargs={"application_id": application.pk})
    link = hosts.url_of(centre.slug, f"/masuk/pusat/?lanjut={path}")
    for leader in accounts.heads_of(centre.pk):
        if leader.email:
            said = {**context, "leader": leader, "centre": centre, "link": link}
            with translation.override("id"):  # nobody's browser says which
                mail.send(leader.email, name, said, zone=centre.zone)
            told += 1
    return told
