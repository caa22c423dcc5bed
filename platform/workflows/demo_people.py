"""The demo's people: one for each kind of work, all invented, with passwords that are printed for whoever tries."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hub.accounts import operations
from hub.accounts.models import Organisation, OrganisationKind, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres.models import Centre
from hub.preferences import operations as preferences

from . import demo

PASSWORD = "belajar sambil mencoba"  # noqa: S105  (printed on purpose: the demo's data are invented)


@dataclass(frozen=True)
class DemoPerson:
    name: str
    email: str
    role: Role
    centre: str = ""
    organisation: tuple[str, str] = ("", "")
    provinces: tuple[str, ...] = ()


CHIEF, OFFICER, MENTOR = "pusat@demo.invalid", "program@demo.invalid", "pendamping@demo.invalid"
# Where each assessor lives: nobody scores a centre of their own province.
ASSESSORS = {
    "penilai@demo.invalid": "31",
    "penilai2@demo.invalid": "51",
    "penilai3@demo.invalid": "73",
    "penilai4@demo.invalid": "12",
    "penilai5@demo.invalid": "64",
}

PEOPLE = (
    DemoPerson("Ratna (contoh)", CHIEF, Role.SUPER_ADMIN),
    DemoPerson("Hendra (contoh)", OFFICER, Role.PROGRAMME_OFFICER),
    DemoPerson("Joko (contoh)", MENTOR, Role.MENTOR),
    DemoPerson("Anna (contoh)", "donor@demo.invalid", Role.DONOR),
    *(
        DemoPerson(f"{name} (contoh)", email, Role.ASSESSOR)
        for name, email in zip(("Maya", "Yusuf", "Ningsih", "Togar", "Rahmat"), ASSESSORS, strict=True)
    ),
    DemoPerson("Wayan (contoh)", "provinsi@demo.invalid", Role.PROVINCIAL_OFFICER, provinces=("35",)),
    DemoPerson("Siti (contoh)", "kepala@demo.invalid", Role.CENTRE_HEAD, centre="BLKK MSN Blitar"),
    DemoPerson("Budi (contoh)", "instruktur@demo.invalid", Role.INSTRUCTOR, centre="BLKK MSN Blitar"),
    DemoPerson("Dewi (contoh)", "demak@demo.invalid", Role.CENTRE_HEAD, centre="BLKK Girikesumo Demak"),
    DemoPerson(
        "Andi (contoh)",
        "mitra@demo.invalid",
        Role.PARTNER_OWNER,
        organisation=(OrganisationKind.PARTNER, "Garmen Contoh"),
    ),
    DemoPerson(
        "Lestari (contoh)",
        "penyedia@demo.invalid",
        Role.PROVIDER_OWNER,
        organisation=(OrganisationKind.PROVIDER, "Kelas Digital Contoh"),
    ),
)


# Heads a centre that is under way through the stages: which one is known once it was selected.
IN_TRANSFORMATION = DemoPerson("Nur (contoh)", "tahap@demo.invalid", Role.CENTRE_HEAD)


def make_head(centre: Centre, *, now: datetime) -> User:
    """The head of a centre in transformation."""
    _make_one(IN_TRANSFORMATION, now=now, centre=centre)
    return User.objects.get(email=IN_TRANSFORMATION.email)


def make(*, now: datetime) -> int:
    """Make the people that are not there yet. Returns how many were made."""
    made = sum(_make_one(person, now=now) for person in PEOPLE)
    if made:
        _save_views(now=now)
    return made


def _save_views(*, now: datetime) -> None:
    """What a chief administrator keeps of the list of centres."""
    ratna = User.objects.get(email=PEOPLE[0].email)
    for name, query in (("Diam 90 hari", "kegiatan=diam"), ("Menunggu aktif", "keadaan=registered")):
        preferences.save_view(ratna, listing="centres", name=name, query=query, is_default=False, by=SYSTEM, now=now)


@transaction.atomic
def _make_one(person: DemoPerson, *, now: datetime, centre: Centre | None = None) -> bool:
    if User.objects.filter(email=person.email).exists():
        kind, name = person.organisation
        # A demo that an earlier release made did not say so.
        Organisation.objects.filter(kind=kind, name=name).update(is_demo=True)
        return False
    user = operations.create_user(name=person.name, email=person.email, password=PASSWORD, now=now, by=SYSTEM)
    operations.prove_email(user)
    operations.give_consent(user, "privacy", language="id", by=SYSTEM, now=now)
    centre = Centre.objects.get(pk=demo.centre_id(person.centre)) if person.centre else centre
    kind, name = person.organisation
    examples = {"defaults": {"is_demo": True}}
    organisation = Organisation.objects.get_or_create(kind=kind, name=name, **examples)[0] if name else None
    operations.grant(
        user,
        person.role,
        centre=centre,
        organisation=organisation,
        provinces=person.provinces,
        by=SYSTEM,
        now=now,
    )
    return True


def sign_ins() -> list[str]:
    """One line for each person: how to sign in."""
    return [f"{person.email:<26}{PASSWORD:<26}{person.role.label}" for person in (*PEOPLE, IN_TRANSFORMATION)]
