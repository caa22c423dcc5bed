from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.regions import operations

DEFAULT = settings.ROOT / "frontend" / "node_modules" / "idn-area-data" / "data"


class Command(BaseCommand):
    help = "Load Indonesia's provinces and regencies (from the npm package idn-area-data by default)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            provinces, regencies = operations.load(folder=options["folder"])
        except operations.RegionsFileUnreadable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{provinces} provinces and {regencies} regencies.")
