"""Companies and the people around them, for tests of the hub's partners."""

import io
from datetime import UTC, datetime
from typing import Any

from hub.accounts import operations as accounts
from hub.accounts.models import Organisation, OrganisationKind, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM, Actor
from hub.partners import operations
from hub.partners.models import EvidenceKind, PartnerProfile, Verification
from hub.regions.models import Regency
from kernel import uploads
from kernel.uploads import Document, Picture
from tests import pictures

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
PDF = b"%PDF-1.7\nRahasia perusahaan\n%%EOF"
WHOLE = {
    "legal_form": "pt", "nib": "1234567890123", "industry": "Pakaian jadi", "regency_id": "33.21",
    "address": "Jalan Contoh 1", "is_public": True,
}  # fmt: skip


def organisation(name: str = "PT Mekar", kind: str = OrganisationKind.PARTNER) -> Organisation:
    return accounts.register_organisation(OrganisationKind(kind), name, by=SYSTEM, now=NOW)


def person(name: str, role: Role, where: Organisation | None = None, **scope: Any) -> User:
    """With the role, as a request would have them."""
    user = accounts.create_user(name=name, email=f"{name.lower()}@contoh.id", now=NOW, by=SYSTEM)
    accounts.grant(user, role, organisation=where, by=SYSTEM, now=NOW, **scope)
    return User.objects.with_roles().get(pk=user.pk)


def as_actor(user: User) -> Actor:
    return Actor(user.pk, user.name)


def described(company: Organisation, **said: Any) -> PartnerProfile:
    return operations.describe(company, by=SYSTEM, now=NOW, **{"name": company.name, **WHOLE, **said})


def document(content: bytes = PDF) -> Document:
    return uploads.pdf(io.BytesIO(content))


def picture(colour: str = "teal") -> Picture:
    return uploads.picture(io.BytesIO(pictures.plain(120, 80, colour)))


def submitted(company: Organisation, submitter: User, *, now: datetime = NOW, **more: Any) -> Verification:
    documents = {EvidenceKind.NIB: document(), **more}
    return operations.submit(company, documents, submitter=submitter, by=as_actor(submitter), now=now)


def verified(company: Organisation, submitter: User, decider: User, *, now: datetime = NOW) -> Verification:
    asked = submitted(company, submitter, now=now)
    return operations.verify(asked, decider=decider, by=as_actor(decider), now=now)


def regency(code: str = "33.21") -> Regency:
    return Regency.objects.get(pk=code)
