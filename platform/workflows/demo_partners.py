"""The demo's companies, all invented: one in each place that a company can stand in with the ministry.

The names say that they are examples, and the one who verified them is the demo's own official. Making it again changes
nothing.
"""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from PIL import Image, ImageDraw

from hub.accounts import operations as accounts
from hub.accounts.models import Organisation, OrganisationKind, User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM, Actor
from hub.partners import operations
from hub.partners.models import EvidenceKind, JoinRequest, PartnerProfile, Standing, Verification
from kernel import uploads

OFFICIAL = "pusat@demo.invalid"


@dataclass(frozen=True)
class DemoPartner:
    name: str
    owner: str
    email: str
    nib: str
    industry: str
    regency: str  # code
    standing: Standing
    kbli: str = ""
    size: str = "medium"
    about: str = ""
    colour: str = ""  # of its logo; empty: none


PARTNERS = (
    DemoPartner(
        "Garmen Contoh", "Andi (contoh)", "mitra@demo.invalid", "9120000000011", "Pakaian jadi untuk ekspor", "33.22",
        Standing.SUBMITTED, "14111", "large",
        "Kami menjahit kemeja dan jaket. Setiap tahun kami mencari operator mesin jahit yang teliti.", "#15346b",
    ),
    DemoPartner(
        "Servis Ponsel Contoh", "Rina (contoh)", "servis@demo.invalid", "9120000000022", "Perbaikan telepon seluler",
        "35.05", Standing.VERIFIED, "95120", "small",
        "Tiga bengkel di Blitar dan Malang. Peserta boleh magang dua bulan.", "#8a4b2a",
    ),
    DemoPartner(
        "Koperasi Koi Contoh", "Joko (contoh)", "koi@demo.invalid", "9120000000033", "Budi daya ikan hias", "35.05",
        Standing.VERIFIED, "03222", "micro", "Delapan puluh pembudi daya koi menjual bersama lewat koperasi.",
    ),
    DemoPartner(
        "Las Baja Contoh", "Tono (contoh)", "las@demo.invalid", "9120000000044", "Konstruksi baja", "32.05",
        Standing.REFUSED,
    ),
)  # fmt: skip
_EVIDENCE = b"%PDF-1.4\n% contoh\n%%EOF"


def make(*, now: datetime) -> int:
    """Make the companies that are not there yet. Returns how many were made."""
    official = User.objects.with_roles().get(email=OFFICIAL)
    made = sum(_make_one(partner, official, now=now) for partner in PARTNERS)
    if made:
        _ask_to_join(now=now)
    return made


@transaction.atomic
def _make_one(partner: DemoPartner, official: User, *, now: datetime) -> bool:
    company = Organisation.objects.filter(kind=OrganisationKind.PARTNER, name=partner.name).first()
    if company is None:
        company = accounts.register_organisation(
            OrganisationKind.PARTNER, partner.name, is_demo=True, by=SYSTEM, now=now
        )
    profile = PartnerProfile.objects.filter(organisation=company).first()
    if profile is not None:
        # A demo that an earlier release made did not say so.
        if profile.nib == partner.nib:
            Organisation.objects.filter(pk=company.pk, is_demo=False).update(is_demo=True)
        return False
    owner = User.objects.filter(email=partner.email).first()
    if owner is None:
        owner = accounts.create_user(name=partner.owner, email=partner.email, now=now, by=SYSTEM)
        accounts.grant(owner, Role.PARTNER_OWNER, organisation=company, by=SYSTEM, now=now)
    _describe(company, partner, by=Actor(owner.pk, owner.name), now=now)
    _bring_to(partner.standing, company, owner, official, now=now)
    return True


def _describe(company: Organisation, partner: DemoPartner, *, by: Actor, now: datetime) -> None:
    operations.describe(
        company,
        name=partner.name,
        legal_form="pt",
        nib=partner.nib,
        industry=partner.industry,
        kbli=partner.kbli,
        kbli_edition="2020" if partner.kbli else "",
        size_band=partner.size,
        regency_id=partner.regency,
        address="Jalan Contoh 7",
        about=partner.about,
        contact_role="Bagian personalia",
        is_public=True,
        by=by,
        now=now - timedelta(days=20),
    )
    if partner.colour:
        operations.show_logo(company, _logo(partner.colour), by=by, now=now - timedelta(days=20))


def _bring_to(standing: Standing, company: Organisation, owner: User, official: User, *, now: datetime) -> None:
    by_owner, by_official = Actor(owner.pk, owner.name), Actor(official.pk, official.name)
    documents = {EvidenceKind.NIB: uploads.pdf(io.BytesIO(_EVIDENCE))}
    asked: Verification = operations.submit(
        company, documents, submitter=owner, by=by_owner, now=now - timedelta(days=12)
    )
    decided = now - timedelta(days=9)
    if standing == Standing.VERIFIED:
        operations.verify(asked, decider=official, by=by_official, now=decided)
    elif standing == Standing.REFUSED:
        reason = "Nomor di surat NIB tidak terbaca. Kirim berkas PDF dari OSS (contoh)."
        operations.refuse(asked, reason=reason, decider=official, by=by_official, now=decided)


def _ask_to_join(*, now: datetime) -> None:
    if not JoinRequest.objects.exists():
        operations.ask_to_join(
            name="Maya (contoh)",
            company="Roti Hangat Contoh",
            email="maya@demo.invalid",
            message="Kami punya dua toko roti dan ingin menerima lulusan Tata Boga.",
            now=now - timedelta(days=2),
        )


def _logo(colour: str) -> uploads.Picture:
    image = Image.new("RGB", (320, 320), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 300, 300), fill=colour)
    draw.rectangle((110, 110, 210, 210), fill="white")
    written = io.BytesIO()
    image.save(written, "PNG")
    return uploads.picture(io.BytesIO(written.getvalue()))
