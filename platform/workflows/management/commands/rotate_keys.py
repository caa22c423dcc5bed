from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel import encryption
from kernel.errors import DomainError
from workflows import key_rotation
from workflows.management.progress import bar

SHOWN = 50  # unreadable values named one by one


class Command(BaseCommand):
    help = "Seal all personal data anew that is still under an older key than the first of BALAI_FIELD_KEYS."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--dry-run", action="store_true", help="count what each key seals and change nothing")
        what.add_argument(
            "--lookup", action="store_true", help="hash phone numbers anew under BALAI_LOOKUP_KEY instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["dry_run"]:
                self._tell_counts(key_rotation.count())
            elif options["lookup"]:
                self._rehash()
            else:
                self._rotate()
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _rotate(self) -> None:
        with bar("Values") as show:
            rotation = key_rotation.rotate(on_progress=show)
        self._tell_counts(rotation.counts)
        self.stdout.write(f"{rotation.done} values sealed anew, {rotation.failed} unreadable.")
        for where in rotation.unreadable[:SHOWN]:
            self.stderr.write(f"  unreadable: {where}")
        for key_id in rotation.removable:
            self.stdout.write(f"Nothing is under the key {key_id!r} any more: it can be removed from the settings.")
        if rotation.failed:
            raise CommandError("Unreadable values remain: add the key that sealed them and run again.")
        if rotation.left:
            raise CommandError(f"{rotation.left} values came under an older key meanwhile. Run this again.")

    def _rehash(self) -> None:
        with bar("Numbers") as show:
            result = key_rotation.rehash(on_progress=show)
        self.stdout.write(f"{result.changed} numbers hashed anew, {result.failed} could not be.")
        for key in sorted(result.failures)[:SHOWN]:
            self.stderr.write(f"  unreadable, or another account's too: public.accounts_user.phone {key}")
        if result.failed:
            raise CommandError("Some accounts are found under a former key only. Mend them and run this again.")
        if not result.is_complete:
            raise CommandError("Numbers were being changed all the while. Run this again.")
        self.stdout.write("BALAI_LOOKUP_KEY_FALLBACKS can be removed from the settings.")

    def _tell_counts(self, counts: key_rotation.Counts) -> None:
        for place, of_place in counts.items():
            for key_id, number in sorted(of_place.items()):
                self.stdout.write(f"{place}: {number} under {self._described(key_id)}")
        if not counts:
            self.stdout.write("There are no sealed values.")

    def _described(self, key_id: str) -> str:
        if key_id == encryption.current_key_id():
            return f"{key_id} (current)"
        return key_id if key_id in encryption.key_ids() else f"{key_id!r} (no such key in the settings)"
