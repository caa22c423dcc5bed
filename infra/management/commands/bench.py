import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from infra.bench import aside, report

DEFAULT_CENTRES = {"fleet": 2000, "pages": 1819, "programme": 4282}


class Command(BaseCommand):
    help = "Measure the fleet, the pages that people wait for, or a national intake, on a fresh database of its own."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=sorted(DEFAULT_CENTRES))
        parser.add_argument("--centres", type=int, help=f"how many, at least 4 ({DEFAULT_CENTRES})")
        parser.add_argument("--rounds", type=int, default=15, help="of pages and rankings (at least 2)")
        parser.add_argument(
            "--json", dest="as_json", action="store_true", help="print one JSON object instead of the table"
        )
        parser.add_argument("--write", type=Path, metavar="FILE", help="also write the JSON object to this file")
        # Set for the child process alone: it stands on the throw-away database already.
        parser.add_argument("--inside", action="store_true", help="used internally")

    def handle(  # noqa: PLR0913
        self,
        *,
        what: str,
        centres: int | None,
        rounds: int,
        as_json: bool,
        write: Path | None,
        inside: bool,
        **options: Any,
    ) -> None:
        centres = DEFAULT_CENTRES[what] if centres is None else centres
        if centres < 4:
            raise CommandError("Give at least 4 centres.")
        if inside:
            return self._measure(what, centres, rounds)
        try:
            text = aside.run(["bench", what, "--centres", str(centres), "--rounds", str(rounds), "--inside"])
        except aside.BenchFailed as error:
            raise CommandError(str(error)) from error
        if write:
            write.parent.mkdir(parents=True, exist_ok=True)
            write.write_text(text)
        table = {"fleet": report.table, "pages": report.pages_table, "programme": report.programme_table}[what]
        self.stdout.write(text.strip() if as_json else table(json.loads(text)))
        return None

    def _measure(self, what: str, centres: int, rounds: int) -> None:
        from infra.bench import fleet, pages, programme

        if what == "pages":
            figures = pages.measure(centres, rounds=rounds)
        elif what == "programme":
            figures = programme.measure(centres, rounds=rounds)
        else:
            figures = fleet.measure(centres)
            figures["goals_missed"] = report.missed(figures)
        self.stdout.write(json.dumps(_rounded(figures), indent=1))


def _rounded(figures: Any) -> Any:
    """Four digits behind the point: what is finer is noise."""
    if isinstance(figures, dict):
        return {key: _rounded(value) for key, value in figures.items()}
    return round(figures, 4) if isinstance(figures, float) else figures
