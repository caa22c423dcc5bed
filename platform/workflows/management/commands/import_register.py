from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import DomainError
from workflows import onboarding
from workflows.import_register import Summary, import_register
from workflows.management.progress import bar


class Command(BaseCommand):
    help = "Import a register of training institutions (CSV); make its community centres known to the hub."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--provision", action="store_true", help="bring every registered centre live afterwards")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
        parser.add_argument("--report", type=Path, help="write the outcome of every row to this CSV file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with bar("Register") as show:
                summary = import_register(
                    options["file"], dry_run=options["dry_run"], report=options["report"], on_progress=show
                )
            self._tell(summary, dry_run=options["dry_run"])
            if options["provision"] and not options["dry_run"]:
                with bar("Centres live") as show:
                    live, failed = onboarding.bring_all_live(on_progress=show)
                self.stdout.write(f"{live} centres brought live, {failed} failed.")
                if failed:
                    raise CommandError(f"{failed} centres failed: see manage.py fleet status")
        except DomainError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.strerror}: {error.filename}") from error

    def _tell(self, summary: Summary, *, dry_run: bool) -> None:
        self.stdout.write(f"{summary.total} rows{' (dry run, nothing changed)' if dry_run else ''}:")
        for kind in ("created", "updated", "unchanged", "skipped", "rejected"):
            self.stdout.write(f"  {kind:<10}{summary.counts[kind]:>7}")
        for (kind, reason), count in summary.reasons.most_common(12):
            self.stdout.write(f"    {count:>6} {kind}: {reason}")
