"""The demo's connections: one that works, one that was stopped, each with a log. Their names lead nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from hub.accounts.models import Organisation
from hub.audit.actors import SYSTEM
from hub.centres.models import Centre
from hub.webhooks import events, operations, signing
from hub.webhooks.models import Endpoint, Owner
from kernel import outgoing

from . import demo

CENTRE, COMPANY = "BLKK MSN Blitar", "Garmen Contoh"
_SOMEBODY = "5b8f0c55-3c1a-4a8e-9d11-7f6f2a9f0c01"


@dataclass(frozen=True)
class Happening:
    """Something that happened so many days ago, and what the receiver answered to each attempt to tell it."""

    days: int
    kind: str
    data: dict[str, Any]
    answers: tuple[int, ...] = (204,)


_WEBSITE = (
    Happening(19, events.STAFF_JOINED, {"user": _SOMEBODY, "role": "instructor"}),
    Happening(12, events.PROFILE_UPDATED, {"changed": ["about", "address"]}, (503, 204)),
    Happening(6, events.NEWS_PUBLISHED, {"news": 1}),
    Happening(1, events.NEWS_PUBLISHED, {"news": 2}),
)
_SPREADSHEET = (Happening(3, events.PING, {}, (410,)),)
_COMPANY = (Happening(4, events.MEMBER_JOINED, {"user": _SOMEBODY, "role": "partner_member"}, (200,)),)


@transaction.atomic
def make(*, now: datetime) -> int:
    """Make the connections that are not there yet. Returns how many were made."""
    made = 0
    for centre in Centre.objects.filter(pk=demo.centre_id(CENTRE)):
        owner = Owner(centre_id=centre.pk)
        made += _make(owner, "situs", "Situs web yayasan (contoh)", _WEBSITE, now=now)
        made += _make(owner, "lembar", "Lembar kerja staf (contoh)", _SPREADSHEET, now=now)
    for company in Organisation.objects.filter(name=COMPANY):
        made += _make(Owner(organisation_id=company.pk), "hrd", "Sistem kepegawaian (contoh)", _COMPANY, now=now)
    return made


def _make(owner: Owner, name: str, description: str, story: Sequence[Happening], *, now: datetime) -> bool:
    url = f"https://{name}.demo.invalid/balai"
    if Endpoint.objects.filter(**owner.columns, url=url).exists():
        return False
    began = now - timedelta(days=story[0].days, hours=1)
    side = events.CENTRE if owner.centre_id else events.ORGANISATION
    # Not through the operation, which refuses names that lead nowhere: the demo must not reach anybody.
    endpoint = Endpoint.objects.create(
        **owner.columns,
        url=url,
        description=description,
        kinds=[kind.code for kind in events.offered_to(side)],
        secret=signing.new_secret(),
        secret_since=began,
        created_at=began,
    )
    for happening in story:
        at = now - timedelta(days=happening.days)
        if happening.kind == events.PING:
            operations.send_test(endpoint, by=SYSTEM, now=at)
        else:
            operations.publish(happening.kind, owner, data=happening.data, now=at)
        for status in happening.answers:
            _play_receiver(endpoint, status, at)
            at += timedelta(minutes=2)
    return True


def _play_receiver(endpoint: Endpoint, status: int, at: datetime) -> None:
    def post(url: str, body: bytes, headers: dict[str, str]) -> outgoing.Answer:
        return outgoing.Answer(status, "" if status < 300 else "Maaf, sedang diperbaiki (contoh).")

    operations.deliver(endpoint.pk, clock=lambda: at, post=post)
