"""Deciding a round, and telling the centres: mail goes out through the queue, one job for each centre."""

from datetime import datetime

from django.db import transaction

from hub.audit.actors import Actor
from hub.selection import operations as selection
from hub.selection.models import Appeal, Round

from . import jobs


@transaction.atomic
def publish(round_: Round, *, by: Actor, now: datetime) -> Round:
    """As ``selection.publish``, and every centre of the round is told by mail. Raises WrongStep."""
    published = selection.publish(round_, by=by, now=now)
    jobs.tell_of_results.defer(round_id=str(published.pk))
    return published


@transaction.atomic
def answer_appeal(
    appeal: Appeal, *, upheld: bool, reason: str, score: int | None = None, by: Actor, now: datetime
) -> Appeal:
    """As ``selection.answer_appeal``, and the centre is told by mail. Raises WrongStep, Incomplete."""
    answered = selection.answer_appeal(appeal, upheld=upheld, reason=reason, score=score, by=by, now=now)
    jobs.tell_of_answer.defer(appeal_id=str(answered.pk))
    return answered
