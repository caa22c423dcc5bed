"""What the demo's ministry has going on: a visit that waits, an invitation about to expire, a role that ended."""

from datetime import datetime, timedelta

from django.db import transaction

from hub.accounts import operations
from hub.accounts.models import Invitation, Membership, SupportVisit, User
from hub.accounts.roles import Role
from hub.audit.actors import Actor
from hub.centres.models import Centre

from . import demo

INVITED = "lestari@demo.invalid"
VISITED = "BLKK Girikesumo Demak"


@transaction.atomic
def make(*, now: datetime) -> None:
    """Each thing once: made before, it stays as it has become."""
    chief = User.objects.with_roles().get(email="pusat@demo.invalid")
    by = Actor(chief.pk, chief.name)
    if not Invitation.objects.filter(email=INVITED).exists():
        sent = now - timedelta(days=5)
        operations.invite(chief, Role.MENTOR, name="Lestari (contoh)", email=INVITED, by=by, now=sent)
    centre = Centre.objects.get(pk=demo.centre_id(VISITED))
    if not SupportVisit.objects.filter(visitor=chief, centre=centre).exists():
        reason = "Membantu mengisi profil balai (contoh)"
        operations.ask_for_visit(
            chief, centre, reason=reason, hours=4, may_write=True, is_emergency=False, by=by, now=now
        )
    officer = User.objects.get(email="provinsi@demo.invalid")
    if not Membership.objects.filter(user=officer, role=Role.MENTOR).exists():
        held = operations.grant(officer, Role.MENTOR, by=by, now=now - timedelta(days=400))
        operations.revoke(held, by=by, now=now - timedelta(days=30), reason="Menjadi petugas provinsi (contoh)")
