"""The demo: 44 centres to look around in. The pilot's three carry their real names; the rest is invented.

Every demo centre is marked ``is_demo`` and says so on its page. Making the demo again changes nothing.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from hub.centres import operations
from hub.centres.models import Centre, State, VocationalField
from hub.regions.models import Regency
from kernel import schema, uploads
from tenants.site import operations as site
from tenants.site.models import DocumentKind, Palette
from tenants.site.queries import Page

from . import onboarding

_NAMESPACE = uuid.UUID("0b1d1a6e-41a5-5f0c-8a55-6a1c6a1f3b44")


@dataclass(frozen=True)
class DemoCentre:
    name: str
    regency: str  # code
    village: str
    fields: tuple[str, ...]
    maturity_class: str = "tumbuh"
    established: int = 2020
    foundation: str = ""
    about: str = ""


PILOT = (
    DemoCentre(
        "BLKK MSN Blitar",
        "35.05",
        "",
        ("elektronika", "perikanan"),
        "berkembang",
        2019,
        about=(
            "Balai percontohan program pemberdayaan 2021–2022. Pelatihan teknisi telepon seluler berjalan secara "
            "campuran, daring dan luring; budi daya ikan koi menjadi kursus unggulan setempat."
        ),
    ),
    DemoCentre(
        "BLKK Darussalam Kemiri Batang",
        "33.25",
        "Kemiri",
        ("tik",),
        "tumbuh",
        2019,
        about="Balai percontohan program pemberdayaan 2021–2022 di Jawa Tengah.",
    ),
    DemoCentre(
        "BLKK Girikesumo Demak",
        "33.21",
        "",
        ("elektronika", "garmen"),
        "berkembang",
        2019,
        about=(
            "Balai percontohan program pemberdayaan 2021–2022. Melatih teknisi telepon seluler secara campuran dan "
            "operator garmen bersama mitra industri di Jawa Tengah."
        ),
    ),
)

_ABOUT = (
    "Kami melatih warga sekitar agar siap bekerja atau membuka usaha sendiri. Pelatihan gratis, satu angkatan "
    "16 orang, dengan praktik langsung di bengkel balai."
)

# name, regency, village, fields, class: invented, one for each province and three more on Java.
_INVENTED = (
    ("BLKK Cahaya Rencong", "11.05", "Suak Rimba", "tata-busana tik", "tumbuh"),
    ("BLKK Bina Danau Toba", "12.02", "Sipahutar Baru", "pertanian processing", "berkembang"),
    ("BLKK Surau Gadang Mandiri", "13.04", "Batu Basurek", "tata-boga", "tumbuh"),
    ("BLKK Tunas Kampar", "14.01", "Sungai Tarap", "otomotif las", "berkembang"),
    ("BLKK Serambi Kerinci", "15.01", "Kayu Aro Hilir", "agribisnis", "tumbuh"),
    ("BLKK Musi Terampil", "16.02", "Pematang Buluh", "las bangunan", "tumbuh"),
    ("BLKK Raflesia Berkarya", "17.03", "Air Napal Indah", "processing", "tumbuh"),
    ("BLKK Siger Mulia", "18.02", "Bumi Ratu Jaya", "garmen", "berkembang"),
    ("BLKK Timah Lestari", "19.01", "Air Duren", "elektronika", "tumbuh"),
    ("BLKK Bahari Bintan", "21.01", "Teluk Sasah", "pariwisata bahasa-inggris", "tumbuh"),
    ("BLKK Rumah Terampil Kemayoran Raya", "31.71", "Kebon Kosong Timur", "tik bisnis", "mandiri"),
    ("BLKK Riyadlul Amal", "32.05", "Cisurupan Kidul", "tata-busana garmen", "berkembang"),
    # One institution twice, as registers have it: for trying how two become one.
    ("BLK Komunitas Yayasan Riyadlul Amal", "32.05", "Cisurupan Kidul", "tata-busana kecantikan", "tumbuh"),
    ("BLKK Nurul Karya Serayu", "33.04", "Wanadri", "otomotif", "tumbuh"),
    ("BLKK Bumi Dipayuda", "33.01", "Karangsari Wetan", "las", "tumbuh"),
    ("BLKK Merapi Asri", "34.04", "Wukirsari Lor", "industri-kreatif batik", "mandiri"),
    ("BLKK Al Hikam Wilis", "35.04", "Sendangrejo", "tik industri-kreatif", "berkembang"),
    ("BLKK Ronggo Karya", "35.02", "Ngrayun Kulon", "processing pertanian", "tumbuh"),
    ("BLKK Baduy Bersemi", "36.02", "Ciboleger Girang", "tata-busana", "tumbuh"),
    ("BLKK Dharma Karya Bali", "51.04", "Tegal Sari Kaja", "pariwisata tata-boga", "berkembang"),
    ("BLKK Mandalika Terampil", "52.02", "Rembige Timuk", "pariwisata housekeeping", "tumbuh"),
    ("BLKK Cendana Flobamora", "53.01", "Oebelo Indah", "las bangunan", "tumbuh"),
    ("BLKK Khatulistiwa Sambas", "61.01", "Tebas Kuala Baru", "pertanian", "tumbuh"),
    ("BLKK Isen Mulang", "62.03", "Anjir Harapan", "otomotif", "tumbuh"),
    ("BLKK Intan Banua", "63.03", "Sungai Tabuk Hulu", "tata-busana kecantikan", "berkembang"),
    ("BLKK Etam Mahakam", "64.02", "Loa Raya Ulu", "las elektronika", "tumbuh"),
    ("BLKK Tunas Bulungan", "65.01", "Tanjung Selor Seberang", "perikanan", "tumbuh"),
    ("BLKK Mapalus Minahasa", "71.02", "Tondano Pante", "tata-boga", "tumbuh"),
    ("BLKK Teluk Poso Bangkit", "72.02", "Kayamanya Baru", "bangunan", "tumbuh"),
    ("BLKK Phinisi Bulukumba", "73.02", "Tanah Lemo", "manufaktur las", "berkembang"),
    ("BLKK Anoa Terampil", "74.02", "Wawotobi Jaya", "pertanian", "tumbuh"),
    ("BLKK Karawo Gorontalo", "75.01", "Hunggaluwa Barat", "industri-kreatif tata-busana", "tumbuh"),
    ("BLKK Mandar Bahari", "76.05", "Totoli Pesisir", "perikanan processing", "tumbuh"),
    ("BLKK Pattimura Muda", "81.01", "Amahusu Lama", "pendingin elektronika", "tumbuh"),
    ("BLKK Kie Raha Berdaya", "82.01", "Jailolo Selatan", "processing", "tumbuh"),
    ("BLKK Cenderawasih Sentani", "91.03", "Ifale Raya", "tik", "tumbuh"),
    ("BLKK Arfak Mandiri", "92.02", "Prafi Mulya Dua", "agribisnis", "tumbuh"),
    ("BLKK Musamus Merauke", "93.01", "Semangga Baru", "pertanian", "tumbuh"),
    ("BLKK Nabire Harapan", "94.01", "Kalibumi Atas", "otomotif", "tumbuh"),
    ("BLKK Lembah Baliem Karya", "95.01", "Wouma Indah", "bangunan", "tumbuh"),
    ("BLKK Raja Ampat Bahari", "96.03", "Waisai Pante", "pariwisata perikanan", "tumbuh"),
)

CENTRES = PILOT + tuple(
    DemoCentre(name, regency, village, tuple(fields.split()), maturity_class, 2018 + number % 6, about=_ABOUT)
    for number, (name, regency, village, fields, maturity_class) in enumerate(_INVENTED)
)

# Pages in different colours; no photo, no WhatsApp: a picture or number of nobody would be a lie.
_PALETTES = Palette.values

# The pilot's three have a profile to look at, at different ages: fresh, growing old, and over a year.
# Name, foundation, VIN, days since it was last looked over.
_SAID = {
    "BLKK MSN Blitar": ("Yayasan Contoh Blitar", "CONTOH-3505-001", 318),
    "BLKK Girikesumo Demak": ("Yayasan Contoh Demak", "CONTOH-3321-001", 12),
    "BLKK Darussalam Kemiri Batang": ("Yayasan Contoh Batang", "CONTOH-3325-001", 371),
}
# title, kind, days since issue, days until the end (None: no end)
_PAPERS = (
    ("Izin operasional balai (contoh)", DocumentKind.LICENCE, 1_090, 18),
    ("Akta pendirian yayasan (contoh)", DocumentKind.DEED, 2_400, None),
    ("Perjanjian dengan Garmen Contoh", DocumentKind.AGREEMENT, 800, -9),
    ("Sertifikat akreditasi (contoh)", DocumentKind.ACCREDITATION, 400, 75),
    ("Izin keramaian pameran (contoh)", DocumentKind.PERMIT, 20, 340),
)

_SUSPENDED = "BLKK Timah Lestari"
_ARCHIVED = "BLKK Teluk Poso Bangkit"
_WAITING = ("BLKK Nabire Harapan", "BLKK Lembah Baliem Karya", "BLK Komunitas Yayasan Riyadlul Amal")
_ACTIVE_EVERY = 23  # days between the last days of activity of one centre and the next in the list


def make(*, now: datetime) -> int:
    """Make the demo's centres that are not there yet. Returns how many were made."""
    return sum(_make_one(demo, now=now) for demo in CENTRES)


def centre_id(name: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, name)


@transaction.atomic
def _make_one(demo: DemoCentre, *, now: datetime) -> bool:
    """One centre, whole or absent: the hub's row, the schema and its first rows share a transaction."""
    if Centre.objects.filter(pk=centre_id(demo.name)).exists():
        return False
    centre = operations.register(
        name=demo.name,
        regency=Regency.objects.get(pk=demo.regency),
        village=demo.village,
        fields=list(VocationalField.objects.filter(code__in=demo.fields)),
        is_demo=True,
        centre_id=centre_id(demo.name),
    )
    centre.maturity_class, centre.established = demo.maturity_class, demo.established
    if demo not in PILOT:
        # Of the real three nobody asked.
        number = CENTRES.index(demo)
        centre.seats, centre.is_women_led = 16 * (1 + number % 3), number % 3 == 0
    centre.save()
    if demo.name in _WAITING:
        return True
    onboarding.bring_live(centre)
    with schema.centre(centre):
        _fill(centre, demo, now=now)
    Centre.objects.filter(pk=centre.pk).update(last_active_on=_last_active(demo, now=now))
    if demo.name == _SUSPENDED:
        operations.suspend(centre, reason="Izin lembaga sedang diperbarui (contoh).", now=now)
    if demo.name == _ARCHIVED:
        operations.archive(centre, reason="Yayasan menutup balai (contoh).", now=now)
    return True


def _last_active(demo: DemoCentre, *, now: datetime) -> date | None:
    """A mixture of centres at work, silent ones, and some that never began."""
    number = CENTRES.index(demo)
    return None if number % 7 == 6 else now.date() - timedelta(days=number * _ACTIVE_EVERY % 150)


def _fill(centre: Centre, demo: DemoCentre, *, now: datetime) -> None:
    field = centre.fields.first()
    page = Page(
        about=demo.about,
        address=", ".join(part for part in (demo.village, str(centre.regency), str(centre.regency.province)) if part),
        opening_hours="Senin–Jumat 08.00–15.00\nSabtu 08.00–12.00",
        palette=_PALETTES[CENTRES.index(demo) % len(_PALETTES)],
    )
    site.publish(page, now=now)
    if demo.name in _SAID:
        foundation, vin, days_ago = _SAID[demo.name]
        _say(centre, foundation=foundation, vin=vin, then=now - timedelta(days=days_ago), now=now)
    site.announce(
        title="Pendaftaran angkatan baru dibuka (contoh)",
        body=f"Pelatihan {field} untuk 16 peserta. Tanpa biaya; bawa KTP dan semangat belajar.",
        now=now - timedelta(days=6),
    )
    site.announce(
        title="Pameran hasil karya peserta (contoh)",
        body="Warga diundang melihat hasil pelatihan angkatan lalu di halaman balai, Sabtu pukul 09.00.",
        now=now - timedelta(days=1),
    )


def _say(centre: Centre, *, foundation: str, vin: str, then: datetime, now: datetime) -> None:
    """A profile that was last looked over ``then``, and papers of every age."""
    site.state_means(facilities="Bengkel praktik dengan 16 meja\nRuang teori, 20 kursi", instructor_count=3, now=then)
    operations.describe_institution(
        centre.id,
        foundation=foundation,
        village=centre.village,
        established=centre.established,
        seats=32,
        now=then,
    )
    operations.state_licence(centre.id, licence_kind="local_permit", licence_number="CONTOH/2023/17", vin=vin, now=then)
    today = now.astimezone(centre.zone).date()
    for title, kind, since, left in _PAPERS:
        site.add_document(
            uploads.Document(example_paper(title)),
            title=title,
            kind=kind,
            issued_on=today - timedelta(days=since),
            expires_on=None if left is None else today + timedelta(days=left),
            note="Contoh: tidak berlaku.",
            now=then,
        )


def example_paper(title: str) -> bytes:
    """A PDF of one page that says what it is an example of."""
    text = f"BT /F1 20 Tf 60 760 Td ({title.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    written, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(written))
        written += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return written + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        table, len(written),
    )  # fmt: skip


def example_centres() -> list[Centre]:
    """The pilot's three, for whoever wants addresses to open."""
    return list(
        Centre.objects.filter(pk__in=[centre_id(demo.name) for demo in PILOT], state=State.ACTIVE).order_by("name")
    )
