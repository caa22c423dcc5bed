"""The demo's applications, all invented: one in each state, and a registered centre whose claim code is out.

Nobody knows their links or the code, so they open nothing. Making it again changes nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from hub.accounts.models import User
from hub.audit.actors import Actor
from hub.centres.models import Centre
from hub.intake import operations
from hub.intake.facts import Facts
from hub.intake.models import Application, ClaimCode, PaperKind
from kernel import uploads

from . import admission, demo

OFFICIAL = "pusat@demo.invalid"
CLAIMED = "BLKK Nabire Harapan"
_DAY = timedelta(days=1)


def _facts(name: str, regency: str, village: str, head: str, **more: object) -> Facts:
    said: dict[str, object] = {
        "foundation": f"Yayasan {name.removeprefix('BLKK ')}",
        "established": 2022,
        "address": f"Jalan Contoh 7, {village}",
        "licence_kind": "local_permit",
        "licence_number": "CONTOH/2026/03",
        "fields_taught": ("tata-boga", "tik"),
        "facilities": "Dapur praktik, 16 tempat\nRuang komputer, 16 kursi",
        "seats": 32,
        "instructor_count": 4,
        "head_email": f"{head.split()[0].lower()}@demo.invalid",
        "head_phone": "+6281200000000",
        **more,
    }
    return Facts(name=name, regency=regency, village=village, head_name=f"{head} (contoh)", **said)  # type: ignore[arg-type]


# It is in the register already, under a slightly different name.
TWICE = _facts("BLKK Riyadlul Amal Cisurupan", "32.05", "Cisurupan Kidul", "Hasanah", is_women_led=True)
WAITING = _facts("BLKK Tunas Kaliwungu", "33.24", "Kutoharjo Lor", "Mulyani", is_women_led=True)
LATE = _facts("BLKK Wana Lestari", "35.04", "Pagerwojo Asri", "Sutrisno", head_email="")
TAKEN = _facts("BLKK Bina Sejahtera Lamongan", "35.24", "Sukodadi Baru", "Fauzan")
ASKED = _facts("BLKK Mutiara Pesisir", "35.13", "Paiton Kulon", "Nurhayati", is_women_led=True)
# It has become the row that it was all along.
APPROVED = _facts("BLK Komunitas Ronggo Karya", "35.02", "Ngrayun Kulon", "Lestiani", is_women_led=True)
JOINED = "BLKK Ronggo Karya"
REJECTED = _facts("Kursus Mengemudi Maju Jaya", "35.78", "Wonokromo Kulon", "Bambang", fields_taught=("otomotif",))
WITHDRAWN = _facts("BLKK Rawa Pening", "33.22", "Banyubiru Lor", "Slamet")


def make(*, now: datetime) -> int:
    """Make the applications unless there were any before. Returns how many were made."""
    chief = User.objects.with_roles().filter(email=OFFICIAL).first()
    if chief is None or Application.objects.filter(is_demo=True).exists():
        return 0
    with transaction.atomic():
        _make_all(chief, now=now)
    return Application.objects.filter(is_demo=True).count()


def _make_all(chief: User, *, now: datetime) -> None:
    who: dict[str, Any] = {"decider": chief, "by": Actor(chief.pk, chief.name)}
    typed = {"lembaga": {"name": ["BLKK Fajar Baru"], "foundation": ["Yayasan Fajar"], "contact_email": [""]}}
    operations.begin(typed, now=now - _DAY, is_demo=True)
    _sent(TWICE, now=now - 2 * _DAY)
    _sent(WAITING, now=now - timedelta(hours=5))
    _sent(LATE, now=now - 12 * _DAY)
    operations.take(_sent(TAKEN, now=now - 6 * _DAY), now=now - 2 * _DAY, **who)
    operations.ask_back(
        _sent(ASKED, now=now - 5 * _DAY),
        remarks={
            "licence_number": "Nomor ini tidak terbaca di foto izin.",
            "paper_licence": "Foto ulang, lebih terang.",
        },
        note="Selebihnya sudah lengkap, terima kasih.",
        now=now - 3 * _DAY,
        **who,
    )
    approved = _sent(APPROVED, now=now - 9 * _DAY)
    for row in Centre.objects.filter(pk=demo.centre_id(JOINED)):
        admission.approve(approved, into=row, now=now - 4 * _DAY, **who)
    reason = "Ini kursus mengemudi, bukan balai latihan kerja komunitas. Daftarkan sebagai lembaga kursus."
    operations.reject(_sent(REJECTED, now=now - 15 * _DAY), reason=reason, now=now - 11 * _DAY, **who)
    operations.withdraw(_sent(WITHDRAWN, now=now - 8 * _DAY), now=now - 7 * _DAY)
    for centre in Centre.objects.filter(pk=demo.centre_id(CLAIMED)):
        if not ClaimCode.objects.filter(centre=centre).exists():
            operations.issue_code(centre, issuer=chief, by=who["by"], now=now - 6 * _DAY)


def _sent(facts: Facts, *, now: datetime) -> Application:
    application, _token = operations.begin({}, now=now, is_demo=True)
    document = uploads.Document(demo.example_paper(f"Izin {facts.name} (contoh)"))
    operations.add_paper(application, PaperKind.LICENCE, document, now=now)
    return operations.send(application, facts, now=now)
