"""Bringing every schema to this code's migrations: resumable, one process at a time, failures set aside.

State is read from the schemas themselves, so a run that was killed is simply run again. Each schema's step
is one transaction with its row in ``django_migrations``: nothing can be half-made.
"""

from dataclasses import dataclass

from .errors import FleetError
from .lock import single_flight
from .models import Run
from .recording import MigrationKey, Recording, record
from .replay import into_existing_schema
from .runs import OnProgress, track
from .status import FleetStatus, read
from .workers import CONNECTIONS, PlainConnection, Work, for_each


@dataclass(frozen=True)
class Plan:
    """What a migration run will do, by groups of schemas that lack the same."""

    status: FleetStatus
    groups: tuple[tuple[Recording, tuple[str, ...]], ...]

    @property
    def schema_count(self) -> int:
        return sum(len(names) for _recording, names in self.groups)


class NewerSchemas(FleetError):
    """Schemas were migrated by a newer release than this code."""

    code = "newer_schemas"


def plan() -> Plan:
    """Read the fleet and record what it lacks. Changes nothing. Raises NewerSchemas, NotReplayable."""
    status = read()
    if status.unknown:
        raise NewerSchemas(
            f"{len(status.unknown)} schemas have migrations that this code does not know, "
            f"{status.unknown[0]} among them. Run the newer release."
        )
    groups = tuple((record(applied), tuple(names)) for applied, names in status.behind.items())
    return Plan(status, groups)


@dataclass(frozen=True)
class Result:
    total: int
    migrated: int
    failed: int


def migrate(*, on_progress: OnProgress | None = None, connections: int = CONNECTIONS) -> Result:
    """Apply what each schema lacks; a schema that fails is set aside and does not stop the rest.

    Raises AlreadyRunning, NewerSchemas, NotReplayable.
    """
    with single_flight("migrate"):
        todo = plan()
        if not todo.groups:
            return Result(todo.status.total, 0, 0)
        with track(Run.Kind.MIGRATE, total=todo.schema_count, on_progress=on_progress) as progress:
            for recording, names in todo.groups:
                for_each(
                    names,
                    _worker(recording),
                    done=lambda _name: progress.advance(),
                    failed=progress.set_aside,
                    connections=connections,
                )
        return Result(todo.status.total, progress.done, progress.failed)


def _worker(recording: Recording) -> Work:
    def work(plain: PlainConnection, name: str) -> None:
        into_existing_schema(plain, name, recording)

    return work


def describe(recording: Recording) -> list[str]:
    """The migrations of a recording that change a centre's tables or rows, for a dry run's report."""

    def kind(migration: MigrationKey, is_python: bool) -> str:
        return f"{migration[0]}.{migration[1]}{' (Python, schema by schema)' if is_python else ''}"

    return [kind(key, step.is_python) for step in recording.steps for key in step.migrations]
