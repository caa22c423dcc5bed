"""What the lines stand on: a public schema, centres in it, and the raw way of doing a thing to many schemas."""

import contextlib
import io
import secrets
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from queue import Empty, SimpleQueue
from random import Random
from typing import Any

import psycopg
from django.core.management import call_command
from django.utils import timezone

from hub.centres import slugs
from hub.centres.models import Centre, Domain, VocationalField
from hub.regions.models import Province, Regency
from kernel import database, schema
from tenants.site.models import Announcement, Profile

Plain = psycopg.Connection[tuple[Any, ...]]

CONNECTIONS = 2  # of the raw variants, as of ours
_SERIAL = count(1)
_WORDS = (
    "pelatihan peserta angkatan balai warga bengkel menjahit komputer mesin las pendaftaran gratis jadwal sertifikat "
    "instruktur praktik usaha mandiri desa kecamatan produk pameran lulusan kerja industri mitra program"
).split()


def lay() -> None:
    """The public schema with a region; the lines register their own centres."""
    with quiet():
        call_command("migrate_schemas", schema_name="public", verbosity=0)
    province = Province.objects.create(code="32", name="Jawa Barat")
    Regency.objects.create(code="32.05", name="Kabupaten Garut", province=province)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """django-tenants writes to standard output, which belongs to the result."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def register(number: int) -> list[Centre]:
    """So many registered centres with an address and a field each, waiting for their space."""
    now = timezone.now()
    regency, field = Regency.objects.get(pk="32.05"), VocationalField.objects.get(pk="tik")
    centres = []
    for serial in (next(_SERIAL) for _centre in range(number)):
        centre = Centre(id=uuid.uuid4(), name=f"BLKK Ukur {serial:05d}", regency=regency, slug=f"ukur-{serial:05d}")
        centre.assign_code()
        centre.created_at = now + timedelta(microseconds=serial)
        centres.append(centre)
    Centre.objects.bulk_create(centres, batch_size=500)
    Domain.objects.bulk_create(
        [
            Domain(tenant=centre, domain=centre.slug, skeleton=slugs.skeleton(centre.slug), is_primary=True)
            for centre in centres
        ],
        batch_size=500,
    )
    Centre.fields.through.objects.bulk_create(
        [Centre.fields.through(centre=centre, vocationalfield=field) for centre in centres], batch_size=500
    )
    return centres


def new_names(number: int) -> list[str]:
    """Names of schemas without a centre: the fleet counts them in, the hub does not know them."""
    return [f"c_{secrets.token_hex(4)}" for _name in range(number)]


def furnish(centre: Centre, *, announcements: int) -> None:
    """A profile and so many announcements of about 300 bytes, in words that compress as real ones do."""
    random = Random(centre.code)
    now = timezone.now()

    def text(length: int) -> str:
        return " ".join(random.choices(_WORDS, k=length // 6))[:length]

    with schema.centre(centre):
        Profile.objects.update_or_create(
            id=1, defaults={"about": text(600), "address": text(60), "whatsapp": "6281234567890", "updated_at": now}
        )
        Announcement.objects.bulk_create(
            [
                Announcement(title=text(50), body=text(240), published_at=now - timedelta(hours=number))
                for number in range(announcements)
            ],
            batch_size=500,
        )


def plainly(names: Sequence[str], statements: Callable[[str], str]) -> None:
    """The raw way: send each schema's statements in one go, over two connections, and nothing else."""
    line: SimpleQueue[str] = SimpleQueue()
    for name in names:
        line.put(name)
    errors: list[Exception] = []

    def serve() -> None:
        try:
            with database.connect(application_name="balai-bench-raw") as plain:
                while not errors:
                    plain.execute(statements(line.get_nowait()))
        except Empty:
            pass
        except Exception as error:  # noqa: BLE001  (raised in the caller's thread below)
            errors.append(error)

    threads = [threading.Thread(target=serve) for _thread in range(min(CONNECTIONS, len(names)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
