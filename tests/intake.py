"""Applications and the people around them, for tests of the hub's intake."""

import io
import itertools
from datetime import UTC, datetime
from typing import Any

from hub.accounts import operations as accounts
from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM, Actor
from hub.centres import operations as centres
from hub.centres.models import Centre
from hub.intake import operations
from hub.intake.facts import Facts
from hub.intake.models import Application
from hub.regions.models import Regency
from kernel import uploads

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)  # a Tuesday
PDF = b"%PDF-1.7\nRahasia yayasan\n%%EOF"
FACTS = {
    "name": "BLKK Sumber Ilmu", "foundation": "Yayasan Sumber Ilmu", "established": 2021, "regency": "35.05",
    "village": "Sumberagung", "address": "Jalan Melati 3", "licence_kind": "nib", "licence_number": "912",
    "vin": "V-77", "fields_taught": ("las", "tik"), "facilities": "Bengkel las", "seats": 16, "instructor_count": 4,
    "head_name": "Rini", "head_email": "rini@contoh.id", "head_phone": "+6281234567890", "is_women_led": True,
}  # fmt: skip
_numbers = itertools.count()


def facts(**said: Any) -> Facts:
    return Facts(**{**FACTS, **said})


def begun(**options: Any) -> tuple[Application, str]:
    return operations.begin({"lembaga": {"name": ["BLKK Sumber Ilmu"]}}, now=NOW, **options)


def sent(*, now: datetime = NOW, is_demo: bool = False, **said: Any) -> Application:
    application, _token = operations.begin({}, now=now, is_demo=is_demo)
    return operations.send(application, facts(**said), now=now)


def document(content: bytes = PDF) -> uploads.Document:
    return uploads.pdf(io.BytesIO(content))


def official(role: Role = Role.PROGRAMME_OFFICER, **scope: Any) -> User:
    """Somebody of the ministry, as a request would have them."""
    number = next(_numbers)
    user = accounts.create_user(name=f"Petugas {number}", email=f"petugas{number}@contoh.id", now=NOW, by=SYSTEM)
    accounts.grant(user, role, by=SYSTEM, now=NOW, **scope)
    return User.objects.with_roles().get(pk=user.pk)


def registered(name: str = "BLKK Yayasan Sumber Ilmu", regency: str = "35.05", **more: Any) -> Centre:
    """A row of the register without a space."""
    return centres.register(name=name, regency=Regency.objects.get(pk=regency), **more)


def who(user: User) -> dict[str, Any]:
    """As operations of the ministry take them."""
    return {"decider": user, "by": Actor(user.pk, user.name), "now": NOW}
