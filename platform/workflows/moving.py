"""A centre as one file: out, back in (also under another code), and erased for good."""

import shutil
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from fleet import archive
from hub.centres import operations
from hub.centres.models import LIVE_STATES, Centre, State, VocationalField
from hub.regions.models import Regency
from kernel import files, schema
from kernel.errors import DomainError

# Columns of the hub's row that travel with a centre; ids, codes, addresses and times are the target's own.
_TRAVELLING = (
    "name",
    "foundation",
    "regency_id",
    "village",
    "established",
    "licence_kind",
    "licence_number",
    "vin",
    "maturity_class",
    "seats",
    "is_women_led",
    "accredited_until",
    "is_demo",
)


class NotLive(DomainError):
    code = "not_live"


class NotConfirmed(DomainError):
    code = "not_confirmed"


class ExportNotFresh(DomainError):
    """The centre has changed since the export was made, or the export is of another centre."""

    code = "export_not_fresh"


class CodeTaken(DomainError):
    code = "code_taken"


def export_centre(centre: Centre, path: Path, *, now: datetime) -> archive.Manifest:
    """Write the centre's rows and files and the hub's description of it to one file. Raises NotLive, FilesChanged."""
    if centre.state not in LIVE_STATES:
        raise NotLive(_("“%(name)s” has no space to export.") % {"name": centre.name})
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = files.folder_of(centre.id)
    return archive.write(centre.schema_name, path, folder=folder, subject=_subject(centre), now=now)


def _subject(centre: Centre) -> dict[str, Any]:
    return {
        "id": str(centre.id),
        "code": centre.code,
        "slug": centre.slug,
        "fields": sorted(centre.fields.values_list("code", flat=True)),
        "profile_updated_at": centre.profile_updated_at.isoformat() if centre.profile_updated_at else None,
        **{column: getattr(centre, column) for column in _TRAVELLING},
    }


def import_centre(path: Path, *, now: datetime, as_new: bool = False, slug: str = "") -> Centre:
    """Bring a centre back from its export, or a copy of it under a new code and address.

    Back: the centre must be erased or registered. All of it or nothing: one transaction.
    Raises ArchiveDamaged, ArchiveTooNew, SchemaExists, CodeTaken, SlugTaken.
    """
    subject = archive.read_manifest(path).subject
    with schema.hub(), transaction.atomic():
        centre = _newcomer(subject, slug) if as_new else _returning(subject)
        archive.restore(connection.connection, path, centre.schema_name, folder=files.folder_of(centre.id))
        Centre.objects.filter(pk=centre.pk).update(
            state=State.ACTIVE, live_since=now, tombstone="", state_reason="", updated_at=now
        )
    centre.refresh_from_db()
    return centre


def _returning(subject: dict[str, Any]) -> Centre:
    centre = Centre.objects.select_for_update().filter(pk=subject["id"]).first()
    if centre is None:
        return _register(subject, centre_id=uuid.UUID(subject["id"]), slug=subject["slug"])
    if centre.merged_into is not None:
        raise CodeTaken(
            _("Centre %(code)s was merged into %(other)s. Import the file as a new centre.")
            % {"code": centre.code, "other": centre.merged_into.code}
        )
    if centre.state not in (State.ERASED, State.REGISTERED):
        raise CodeTaken(
            _("Centre %(code)s is here already. Erase it first, or import the file as a new centre.")
            % {"code": centre.code}
        )
    return centre


def _newcomer(subject: dict[str, Any], slug: str) -> Centre:
    return _register(subject, centre_id=uuid.uuid4(), slug=slug)


def _register(subject: dict[str, Any], *, centre_id: uuid.UUID, slug: str) -> Centre:
    with transaction.atomic():
        centre = operations.register(
            name=subject["name"],
            regency=Regency.objects.get(pk=subject["regency_id"]),
            fields=list(VocationalField.objects.filter(code__in=subject["fields"])),
            slug=slug,
            centre_id=centre_id,
        )
        for column in _TRAVELLING:
            setattr(centre, column, subject[column])
        # Exports made before there was such a date have none.
        updated_at = subject.get("profile_updated_at")
        centre.profile_updated_at = datetime.fromisoformat(updated_at) if updated_at else None
        centre.save()
    return centre


def erase_centre(centre: Centre, *, export: Path, typed_code: str, now: datetime) -> Centre:
    """Drop the centre's schema and its files for good; a tombstone with the export's checksum stays.

    Needs an export that still holds exactly the centre's rows and files, and the centre's code typed again.
    Raises NotConfirmed, ArchiveDamaged, ExportNotFresh, WrongState. Nothing changes unless all is right.
    """
    remove_files_of_erased()
    if typed_code.strip().lower() != centre.code:
        raise NotConfirmed(_("The code typed does not match the centre's code. Nothing was erased."))
    manifest = archive.read_manifest(export)
    if manifest.subject.get("id") != str(centre.id):
        raise ExportNotFresh(_("The export is of another centre. Nothing was erased."))
    with schema.hub(), transaction.atomic():
        centre = operations.entomb(centre, tombstone=manifest.content, now=now)
        connection.ensure_connection()
        folder = files.folder_of(centre.id)
        if not archive.erase(connection.connection, centre.schema_name, folder=folder, content=manifest.content):
            raise ExportNotFresh(_("The centre has changed since the export. Make a new one. Nothing was erased."))
        transaction.on_commit(remove_files_of_erased)
    return centre


def remove_files_of_erased() -> None:
    """Delete the files of every centre that is erased, also those that an erasure left when it was killed.

    A centre that is being brought back at this moment is locked by that, and left alone.
    """
    with schema.hub(), transaction.atomic():
        erased = Centre.objects.select_for_update(skip_locked=True, of=("self",)).filter(state=State.ERASED)
        for centre_id in erased.values_list("id", flat=True):
            if (folder := files.folder_of(centre_id)).exists():
                shutil.rmtree(folder)
