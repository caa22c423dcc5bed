"""Importing a register: every community centre in the file becomes known to the hub, each row with a reason.

A row is created, updated, unchanged, skipped (no community centre) or rejected. Running the same file again
changes nothing; killed and run again it ends as if it had not been killed: ids, codes and addresses follow
from the file alone.
"""

import csv
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from fleet.lock import single_flight
from fleet.models import Run
from fleet.runs import OnProgress, Progress, track
from hub.centres import naming, operations, slugs
from hub.centres.models import Centre, Domain, VocationalField
from hub.regions.models import Regency
from hub.regions.queries import RegionIndex
from kernel.errors import DomainError
from kernel.spreadsheets import harmless

from .register_file import RegisterFile, Row, open_register

CHUNK = 200  # rows that share a transaction
_NAMESPACE = uuid.UUID("6f1c6f0e-2f0b-5d53-9d0e-6d6f2d1c9c11")  # makes ids of centres from ids of the register
_COMMUNITY = {"BLKKOMUNITAS", "BLKK", "BALAILATIHANKERJAKOMUNITAS", "BLKKOM"}
# The register's headings for fields that have another name here.
_FIELD_ALIASES = {
    "PROCESSING": "processing",
    "REFRIGERATION": "pendingin",
    "HOUSEKEEPING": "housekeeping",
    "TIK": "tik",
    "PENGEMBANGANSOSIAL": "pengembangan-sosial",
}
_FIRST_YEAR = 1900
_REGISTERS_OWN = ("name", "regency", "village", "established", "register_spelling")


class RegionsMissing(DomainError):
    code = "regions_missing"


@dataclass(frozen=True)
class Outcome:
    """What became of one row. ``kind`` is one of created, updated, unchanged, skipped, rejected."""

    line: int
    register_id: str
    name: str
    kind: str
    reason: str = ""
    code: str = ""
    slug: str = ""


@dataclass
class Summary:
    """How many rows had which outcome, and for skipped and rejected ones why."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        self.counts[outcome.kind] += 1
        if outcome.kind in ("skipped", "rejected"):
            self.reasons[outcome.kind, outcome.reason] += 1

    @property
    def total(self) -> int:
        return self.counts.total()


def import_register(
    path: Path, *, dry_run: bool = False, report: Path | None = None, on_progress: OnProgress | None = None
) -> Summary:
    """Read the file and make its community centres known. ``dry_run`` changes nothing but says the same.

    ``report`` gets a CSV with the outcome of every row. Raises RegisterUnreadable, RegionsMissing,
    AlreadyRunning; none of them leaves anything half-written.
    """
    register = open_register(path)
    regions = RegionIndex.load()
    if not regions.regencies:
        raise RegionsMissing(_("No regions are loaded. Run: manage.py load_regions"))
    summary = Summary()
    with (
        single_flight("import"),
        _report(report) as write,
        track(Run.Kind.IMPORT, total=register.row_count, on_progress=on_progress) as progress,
    ):
        desk = _Desk(regions)
        desk.reserve_names(register.rows())
        _import_rows(register, desk, summary, write, progress, dry_run=dry_run)
    return summary


def _import_rows(  # noqa: PLR0913
    register: RegisterFile, desk: "_Desk", summary: Summary, write: Any, progress: Progress, *, dry_run: bool
) -> None:
    rows = register.rows()
    while chunk := list(islice(rows, CHUNK)):
        with transaction.atomic():
            outcomes = desk.settle(chunk)
            if dry_run:
                transaction.set_rollback(True)
        for outcome in outcomes:
            summary.add(outcome)
            write(outcome)
        rejected = sum(outcome.kind == "rejected" for outcome in outcomes)
        progress.fail(rejected)
        progress.advance(len(outcomes) - rejected)


class _Desk:
    """Decides row by row, with what is known so far in memory: a register has thousands of rows, not millions."""

    def __init__(self, regions: RegionIndex) -> None:
        self.regions = regions
        self.this_year = timezone.now().year
        self.fields = {naming.key(field.name): field for field in VocationalField.objects.all()}
        by_code = {field.code: field for field in self.fields.values()}
        self.fields |= {alias: by_code[code] for alias, code in _FIELD_ALIASES.items() if code in by_code}
        self.known = {
            centre.register_id: centre
            for centre in Centre.objects.exclude(register_id=None).select_related("regency", "merged_into")
        }
        # Demo centres are invented: a real one of the same name is no duplicate of them.
        self.named: dict[tuple[str, str], str] = {
            (centre.regency_id, naming.key(centre.name)): centre.register_id or centre.code
            for centre in Centre.objects.filter(is_demo=False, merged_into=None)
        }
        self.codes = set(Centre.objects.values_list("code", flat=True))
        self.skeletons = set(Domain.objects.exclude(skeleton=None).values_list("skeleton", flat=True))
        self.seen: dict[str, int] = {}  # register ids, each with its line

    def reserve_names(self, rows: Iterator[Row]) -> None:
        """Say who may bear which name, before the first row is settled.

        Those whom the file leaves as they are come first, then those it renames, then the new. Otherwise a name
        that passes from one row to another would depend on the order, and be settled only by a second run.
        """
        if not self.known:
            return
        seen: dict[str, int] = {}
        wished: dict[str, tuple[str, str]] = {}
        for row in rows:
            cells = _cleaned(row)
            judged = self._judge(row, cells, seen)
            if isinstance(judged, Regency) and self._may_name(cells["register_id"]):
                wished[cells["register_id"]] = (judged.code, naming.key(cells["name"]))
        holds = {holder: name for name, holder in self.named.items()}
        renamed = [holder for holder, name in wished.items() if holder in holds and holds[holder] != name]
        for holder in renamed:
            del self.named[holds[holder]]
        for holder in renamed:
            if self.named.setdefault(wished[holder], holder) != holder:
                self.named.setdefault(holds[holder], holder)

    def _may_name(self, register_id: str) -> bool:
        """Whether a row of this register id says how a centre is called: not that of one that was merged."""
        centre = self.known.get(register_id)
        return centre is not None and centre.merged_into_id is None

    def settle(self, rows: Sequence[Row]) -> list[Outcome]:
        """Decide these rows and write what follows, in the caller's transaction."""
        new: list[tuple[Centre, list[VocationalField]]] = []
        outcomes = [self._settle_one(row, new) for row in rows]
        Centre.objects.bulk_create([centre for centre, _fields in new])
        Domain.objects.bulk_create(
            Domain(tenant=centre, domain=centre.slug, skeleton=slugs.skeleton(centre.slug)) for centre, _fields in new
        )
        offered = Centre.fields.through
        offered.objects.bulk_create(
            offered(centre_id=centre.id, vocationalfield_id=field.code) for centre, fields in new for field in fields
        )
        return outcomes

    def _settle_one(self, row: Row, new: list[tuple[Centre, list[VocationalField]]]) -> Outcome:
        cells = _cleaned(row)
        register_id, name = cells["register_id"], cells["name"]

        def outcome(kind: str, reason: str = "", centre: Centre | None = None) -> Outcome:
            code, slug = (centre.code, centre.slug) if centre else ("", "")
            return Outcome(row.line, register_id, name, kind, reason, code, slug)

        regency = self._judge(row, cells, self.seen)
        if not isinstance(regency, Regency):
            return outcome(*regency)
        if (centre := self.known.get(register_id)) and centre.merged_into:
            # Two rows of the register for one institution: an officer has said so, and that stays.
            return outcome("unchanged", _("Merged into centre %(code)s.") % {"code": centre.merged_into.code}, centre)
        namesake = self.named.get((regency.code, naming.key(name)))
        if namesake not in (None, register_id):
            return outcome("rejected", _("The same name in the same regency as %(other)s.") % {"other": namesake})
        self.named[regency.code, naming.key(name)] = register_id
        if centre:
            return outcome(self._update(centre, row, cells, regency), centre=centre)
        centre = self._create(row, cells, regency)
        new.append((centre, self._fields(cells)))
        return outcome("created", centre=centre)

    def _judge(self, row: Row, cells: dict[str, str], seen: dict[str, int]) -> Regency | tuple[str, str]:
        """The regency of a row that can be taken, namesakes aside; else its outcome and the reason."""
        if problem := row.problem or self._problem(cells, row.line, seen):
            return "rejected", problem
        if naming.key(cells["institution_type"]) not in _COMMUNITY:
            kind = cells["institution_type"] or _("no type given")
            return "skipped", _("Not a community centre: %(kind)s") % {"kind": kind}
        regency = self._regency(cells)
        return regency if isinstance(regency, Regency) else ("rejected", regency)

    def _problem(self, cells: dict[str, str], line: int, seen: dict[str, int]) -> str:
        """Why a row cannot be taken, whatever kind of institution it is; empty if it can."""
        for column, value in cells.items():
            if value.startswith("="):
                return _("The cell %(column)s starts with “=”, like a formula.") % {"column": column}
        register_id = cells["register_id"]
        if not register_id:
            return _("The register id is missing.")
        if len(register_id) > 64 or len(cells["name"]) > 200 or len(cells.get("village", "")) > 100:
            return _("A cell is longer than any name or id.")
        if first := seen.get(register_id):
            return _("The register id stands in line %(line)d already.") % {"line": first}
        seen[register_id] = line
        if not naming.key(cells["name"]):
            return _("The name is missing.")
        return ""

    def _regency(self, cells: dict[str, str]) -> Regency | str:
        """The row's regency, or why there is none."""
        province = self.regions.province(cells["province"])
        if province is None:
            return _("Unknown province: %(name)s") % {"name": cells["province"] or "–"}
        regency = self.regions.regency(province, cells["regency"])
        if regency is None:
            return _("Unknown regency in %(province)s: %(name)s") % {
                "province": province,
                "name": cells["regency"] or "–",
            }
        return regency

    def _fields(self, cells: dict[str, str]) -> list[VocationalField]:
        """The vocational fields of a row, each once; a field that is new to us is added as the register names it."""
        found: dict[str, VocationalField] = {}
        for part in cells.get("vocational_fields", "").split(","):
            if not (field_key := naming.key(part)):
                continue
            if field_key not in self.fields:
                name = naming.readable(part.strip())[:100]
                self.fields[field_key], _created = VocationalField.objects.get_or_create(
                    code=slugify(name)[:50], defaults={"name": name, "name_en": name}
                )
            found[self.fields[field_key].code] = self.fields[field_key]
        return list(found.values())

    def _create(self, row: Row, cells: dict[str, str], regency: Regency) -> Centre:
        centre = Centre(
            id=uuid.uuid5(_NAMESPACE, cells["register_id"]),
            register_id=cells["register_id"],
            register_spelling=row.cells,
            name=naming.readable(cells["name"]),
            regency=regency,
            village=naming.readable(cells.get("village", "")),
            established=self._year(cells),
        )
        operations.assign_free_code(centre, taken=self.codes.__contains__)
        self.codes.add(centre.code)
        centre.slug = slugs.derive(
            centre.name, places=[regency.short_name, centre.village], is_taken=self.skeletons.__contains__
        )
        self.skeletons.add(slugs.skeleton(centre.slug))
        return centre

    def _update(self, centre: Centre, row: Row, cells: dict[str, str], regency: Regency) -> str:
        """Take over what the register spells otherwise than last time; what the centre itself changed stays."""
        before = centre.register_spelling or {}
        changed = {column for column, value in row.cells.items() if before.get(column) != value}
        if not changed:
            return "unchanged"
        if "name" in changed:
            centre.name = naming.readable(cells["name"])
        if changed & {"regency", "province"}:
            centre.regency = regency
        if "village" in changed:
            centre.village = naming.readable(cells.get("village", ""))
        if "established" in changed:
            centre.established = self._year(cells)
        centre.register_spelling = row.cells
        # Nothing but the register's own columns: what officers changed since this run began stays.
        centre.save(update_fields=[*_REGISTERS_OWN, "updated_at"])
        if "vocational_fields" in changed:
            centre.fields.set(self._fields(cells))
        return "updated"

    def _year(self, cells: dict[str, str]) -> int | None:
        year = cells.get("established", "")
        return int(year) if year.isdecimal() and len(year) == 4 and _FIRST_YEAR <= int(year) <= self.this_year else None


def _cleaned(row: Row) -> dict[str, str]:
    return {column: naming.clean(value) for column, value in row.cells.items()}


@contextmanager
def _report(path: Path | None) -> Iterator[Any]:
    """A function that writes one outcome to the report, or nowhere. The file appears when it is complete."""
    if path is None:
        yield lambda outcome: None
        return
    partial = path.with_name(f"{path.name}.part")
    try:
        with partial.open("w", encoding="utf-8-sig", newline="") as file:
            yield _writer(file)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _writer(file: TextIO) -> Any:
    writer = csv.writer(file)
    writer.writerow(["line", "register_id", "name", "outcome", "reason", "code", "slug"])

    def write(outcome: Outcome) -> None:
        values = (
            outcome.line,
            outcome.register_id,
            outcome.name,
            outcome.kind,
            outcome.reason,
            outcome.code,
            outcome.slug,
        )
        writer.writerow([harmless(str(value)) for value in values])

    return write
