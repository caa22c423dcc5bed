import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from infra.bench import aside, report

DEFAULT_CENTRES = 2000


class Command(BaseCommand):
    help = "Measure the raw database, stock django-tenants and ours side by side, on a fresh database of its own."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["fleet"])
        parser.add_argument("--centres", type=int, default=DEFAULT_CENTRES, help="how many (at least 4)")
        parser.add_argument(
            "--json", dest="as_json", action="store_true", help="print one JSON object instead of the table"
        )
        parser.add_argument("--write", type=Path, metavar="FILE", help="also write the JSON object to this file")
        # Set for the child process alone: it stands on the throw-away database already.
        parser.add_argument("--inside", action="store_true", help="used internally")

    def handle(self, *, centres: int, as_json: bool, write: Path | None, inside: bool, **options: Any) -> None:
        if centres < 4:
            raise CommandError("Give at least 4 centres.")
        if inside:
            return self._measure(centres)
        try:
            text = aside.run(["bench", "fleet", "--centres", str(centres), "--inside"])
        except aside.BenchFailed as error:
            raise CommandError(str(error)) from error
        if write:
            write.parent.mkdir(parents=True, exist_ok=True)
            write.write_text(text)
        self.stdout.write(text.strip() if as_json else report.table(json.loads(text)))
        return None

    def _measure(self, centres: int) -> None:
        from infra.bench import fleet

        figures = fleet.measure(centres)
        figures["goals_missed"] = report.missed(figures)
        self.stdout.write(json.dumps(_rounded(figures), indent=1))


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    """Four digits behind the point: what is finer is noise."""
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}
