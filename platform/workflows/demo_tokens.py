"""The demo's API tokens: to be looked at and ended. Nobody knows their secrets, so they open nothing."""

from datetime import datetime, timedelta

from hub.accounts.models import Organisation, OrganisationKind, User
from hub.audit.actors import SYSTEM
from hub.tokens import operations
from hub.tokens.models import ApiToken
from hub.tokens.scopes import Scope

_HEAD = "kepala@demo.invalid"
_OWNER = "mitra@demo.invalid"
_PARTNER = "Garmen Contoh"
_PUBLISHER = "penyedia@demo.invalid"
_PROVIDER = "Kelas Digital Contoh"


def make(*, now: datetime) -> int:
    """Make the tokens unless there were any before. Returns how many were made."""
    if ApiToken.objects.filter(name__endswith="(contoh)").exists():
        return 0
    people = [User.objects.with_roles().filter(email=email).first() for email in (_HEAD, _OWNER, _PUBLISHER)]
    partner = Organisation.objects.filter(kind=OrganisationKind.PARTNER, name=_PARTNER).first()
    provider = Organisation.objects.filter(kind=OrganisationKind.PROVIDER, name=_PROVIDER).first()
    head, owner, publisher = people
    if head is None or owner is None or publisher is None or partner is None or provider is None:
        return 0  # somebody has tried out how an account is erased
    site = [Scope.NEWS_WRITE, Scope.PROFILE_WRITE]
    used, _secret = operations.make_for_person(
        head, name="Situs pesantren (contoh)", scopes=site, days=180, by=SYSTEM, now=now - timedelta(days=20)
    )
    operations.note_use(used, now=now - timedelta(hours=2))
    operations.make_for_person(
        head, name="Laporan tahun lalu (contoh)", scopes=[Scope.STAFF_READ], days=30, by=SYSTEM,
        now=now - timedelta(days=40),
    )  # fmt: skip
    operations.make_for_organisation(
        partner, made_by=owner, name="Sistem kepegawaian (contoh)", scopes=[Scope.ORGANISATION_READ], days=365,
        by=SYSTEM, now=now,
    )  # fmt: skip
    # One that ends soon, as the provider's overview says.
    operations.make_for_organisation(
        provider, made_by=publisher, name="Rapor daring (contoh)", scopes=[Scope.ORGANISATION_READ], days=30,
        by=SYSTEM, now=now - timedelta(days=20),
    )  # fmt: skip
    return 4
