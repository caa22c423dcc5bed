from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from fleet import migrate, ready, status
from fleet.lock import single_flight
from fleet.models import ReadySchema, Run
from hub.centres import queries
from hub.centres.models import LIVE_STATES, Centre
from kernel.errors import DomainError
from workflows import moving, onboarding
from workflows.management.progress import bar


class Command(BaseCommand):
    help = "Look after the schemas of all centres."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, parser_class=ArgumentParser)
        actions.add_parser("status", help="how many schemas there are, and which are behind")
        provision = actions.add_parser("provision", help="bring registered centres live")
        provision.add_argument("code", nargs="*", help="only these centres")
        fill = actions.add_parser("fill", help="build ready-made schemas for the next centres")
        fill.add_argument("--target", type=int, default=settings.BALAI_READY_SCHEMAS)
        migrating = actions.add_parser("migrate", help="bring the public schema, then every centre's, up to date")
        migrating.add_argument("--dry-run", action="store_true")
        exporting = actions.add_parser("export", help="write one centre to a file")
        exporting.add_argument("code")
        exporting.add_argument("--to", type=Path, help="the file; by default below the export folder")
        importing = actions.add_parser("import", help="bring a centre back from its file")
        importing.add_argument("file", type=Path)
        importing.add_argument("--as-new", action="store_true", help="as a copy under a new code")
        importing.add_argument("--slug", default="", help="the copy's address")
        erasing = actions.add_parser("erase", help="drop a centre's schema for good")
        erasing.add_argument("code")
        erasing.add_argument("--export", type=Path, required=True, help="a fresh export of the centre")
        erasing.add_argument("--confirm", required=True, metavar="CODE", help="the code, typed again")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"do_{options['action']}")(**options)
        except Centre.DoesNotExist as error:
            raise CommandError("There is no centre of this code.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.strerror}: {error.filename}") from error

    def do_status(self, **options: Any) -> None:
        fleet = status.read()
        live = Centre.objects.filter(state__in=LIVE_STATES).count()
        self.stdout.write(f"{live} centres live, {len(onboarding.waiting())} waiting for their space.")
        self.stdout.write(f"{ReadySchema.objects.count()} ready-made schemas.")
        self.stdout.write(
            f"{fleet.total} schemas: {len(fleet.up_to_date)} up to date, "
            f"{fleet.behind_count} behind, {len(fleet.unknown)} newer than this code."
        )
        last = Run.objects.exclude(set_aside=None).order_by("started_at").last()
        if last and fleet.behind_count:
            for failed in last.set_aside.order_by("schema_name")[:20]:
                self.stdout.write(f"  set aside: {failed.schema_name}: {failed.error}")

    def do_provision(self, code: list[str], **options: Any) -> None:
        if code:
            for one in code:
                centre = onboarding.bring_live(queries.by_code(one))
                self.stdout.write(f"{centre.name}: {centre.slug}")
            return
        with bar("Centres live") as show:
            live, failed = onboarding.bring_all_live(on_progress=show)
        self.stdout.write(f"{live} centres brought live, {failed} failed.")
        if failed:
            raise CommandError(f"{failed} centres failed: see manage.py fleet status")

    def do_fill(self, target: int, **options: Any) -> None:
        self.stdout.write(f"{ready.fill(target=target)} ready-made schemas built.")

    def do_migrate(self, *, dry_run: bool, verbosity: int, **options: Any) -> None:
        if dry_run:
            return self._tell_plan()
        with single_flight("migrate-hub"):
            call_command("migrate_schemas", schema_name="public", verbosity=max(0, verbosity - 1))
            call_command("createcachetable", verbosity=0)
        with bar("Schemas") as show:
            result = migrate.migrate(on_progress=show)
        self.stdout.write(f"{result.migrated} schemas migrated, {result.failed} set aside, of {result.total}.")
        if result.failed:
            for failed in Run.objects.filter(kind=Run.Kind.MIGRATE).latest().set_aside.order_by("schema_name")[:20]:
                self.stderr.write(f"  {failed.schema_name}: {failed.error}")
            raise CommandError(f"{result.failed} schemas failed. Mend the cause and run this again.")
        return None

    def _tell_plan(self) -> None:
        plan = migrate.plan()
        self.stdout.write(f"{plan.schema_count} of {plan.status.total} schemas would be migrated.")
        for recording, names in plan.groups:
            self.stdout.write(f"{len(names)} schemas, {names[0]} among them:")
            for line in migrate.describe(recording):
                self.stdout.write(f"  {line}")

    def do_export(self, code: str, to: Path | None, **options: Any) -> None:
        now = timezone.now()
        centre = queries.by_code(code)
        path = to or settings.EXPORT_DIR / f"{centre.code}-{now:%Y%m%dT%H%M%SZ}.zip"
        manifest = moving.export_centre(centre, path, now=now)
        rows = sum(table.rows for table in manifest.tables.values())
        held = f"{rows} rows of {len(manifest.tables)} tables, {len(manifest.files)} files"
        self.stdout.write(f"{path}: {held}, content {manifest.content[:16]}")

    def do_import(self, file: Path, as_new: bool, slug: str, **options: Any) -> None:
        centre = moving.import_centre(file, now=timezone.now(), as_new=as_new, slug=slug)
        self.stdout.write(f"{centre.name}: code {centre.code}, address {centre.slug}")

    def do_erase(self, code: str, export: Path, confirm: str, **options: Any) -> None:
        centre = moving.erase_centre(queries.by_code(code), export=export, typed_code=confirm, now=timezone.now())
        self.stdout.write(f"{centre.name} is erased. The tombstone names the export {centre.tombstone[:16]}.")
