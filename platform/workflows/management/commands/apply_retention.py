from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from workflows import retention


class Command(BaseCommand):
    help = "Delete or blank what has outlived its time by the retention policy; the worker does so each night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count what would go and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        done = retention.apply(now=timezone.now(), dry_run=options["dry_run"])
        self.stdout.write("Dry run, nothing changed:" if options["dry_run"] else "Removed or blanked:")
        for label, count in sorted(done.items()):
            self.stdout.write(f"  {label:<32}{count:>8}")
        self.stdout.write(f"{sum(done.values())} rows.")
