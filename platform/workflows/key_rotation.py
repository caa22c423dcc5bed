"""Sealing every value anew that is still under an older key, while the site serves.

Nothing is noted about how far a run came: what is left to do is read from the values themselves, so a run that was
killed is simply run again. Whatever the site writes meanwhile is under the current key already.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.conf import settings
from django.db import models

from fleet.lock import single_flight
from hub.accounts import phone_lookups, second_factors
from hub.accounts.models import User
from hub.centres.models import LIVE_STATES, Centre
from kernel import encryption, schema, sealed

BATCH = 500  # values in one transaction
# A row that was being written is passed by; the next round finds it. A table in constant use needs a few.
_ROUNDS = 20
_PAUSE = 0.2  # seconds between two rounds
HUB = "public"

Counts = dict[str, dict[str, int]]  # place → key id → values


@dataclass
class Rotation:
    """How far a run is, and what it found."""

    total: int = 0
    done: int = 0
    # Where each value is that no configured key opens: "schema.table.column key", never the value.
    unreadable: list[str] = field(default_factory=list)
    # What is sealed under which key, at the end.
    counts: Counts = field(default_factory=dict)

    @property
    def failed(self) -> int:
        return len(self.unreadable)

    @property
    def by_key(self) -> dict[str, int]:
        """Values under each key, over all places."""
        return by_key(self.counts)

    @property
    def removable(self) -> list[str]:
        """Older keys in the settings that seal nothing any more."""
        return [key_id for key_id in encryption.key_ids()[1:] if not self.by_key.get(key_id)]

    @property
    def left(self) -> int:
        """Values that are not under the current key, for whatever reason."""
        return _outdated(self.by_key)


def rotate(*, on_progress: Callable[[Rotation], None] = lambda _rotation: None) -> Rotation:
    """Seal anew all that is not under the current key, on the hub and in every centre. Raises AlreadyRunning."""
    with single_flight("rotate-keys"):
        before = count()
        rotation = Rotation(total=_outdated(by_key(before)))
        for name, places in _everywhere():
            for place in places:
                if _outdated(before.get(_label(name, place), {})):
                    _rotate_place(name, place, rotation, on_progress)
        rotation.counts = count()
    return rotation


def count() -> Counts:
    """How many values each key seals, place by place. Changes nothing; places without a value are left out."""
    counts = {_label(name, place): sealed.count_by_key(place) for name, places in _everywhere() for place in places}
    return {label: of_place for label, of_place in counts.items() if of_place}


def by_key(counts: Counts) -> dict[str, int]:
    """The counts of all places together."""
    together: dict[str, int] = {}
    for of_place in counts.values():
        for key_id, number in of_place.items():
            together[key_id] = together.get(key_id, 0) + number
    return together


def _outdated(of_place: dict[str, int]) -> int:
    return sum(number for key_id, number in of_place.items() if key_id != encryption.current_key_id())


def _rotate_place(name: str, place: sealed.Place, rotation: Rotation, on_progress: Callable[[Rotation], None]) -> None:
    unreadable: set[str] = set()
    for _round in range(_ROUNDS):
        for batch in sealed.reseal(place, most=BATCH):
            rotation.done += batch.resealed
            unreadable.update(batch.unreadable)
            on_progress(rotation)
        if _outdated(sealed.count_by_key(place)) <= len(unreadable):
            break
        time.sleep(_PAUSE)
    rotation.unreadable += [f"{_label(name, place)} {key}" for key in sorted(unreadable)]
    on_progress(rotation)


@dataclass
class Rehash:
    """How far the phone numbers' hashes are."""

    total: int = 0
    done: int = 0  # numbers looked at
    changed: int = 0
    # Keys of accounts whose number does not open, or is another account's.
    failures: set[str] = field(default_factory=set)
    is_complete: bool = False

    @property
    def failed(self) -> int:
        return len(self.failures)


def rehash(*, on_progress: Callable[[Rehash], None] = lambda _rehash: None) -> Rehash:
    """Hash all phone numbers anew under the current lookup key. Raises AlreadyRunning.

    Complete once a round saw every number and changed none.
    """
    result = Rehash()
    with single_flight("rotate-keys"), schema.hub():
        for _round in range(_ROUNDS):
            result.total = User.objects.filter(phone__isnull=False).count()
            result.done, changed_before = 0, result.changed
            result.failures = set()
            for batch in phone_lookups.rehash(most=BATCH):
                result.done += batch.seen
                result.changed += batch.changed
                result.failures.update(batch.failed)
                on_progress(result)
            if result.changed == changed_before and result.done >= result.total:
                result.is_complete = True
                break
    return result


def _label(schema_name: str, place: sealed.Place) -> str:
    return f"{schema_name}.{place.label}"


def _everywhere() -> Iterator[tuple[str, list[sealed.Place]]]:
    """Each schema that may hold sealed values and its places, while the connection is in that schema."""
    with schema.hub():
        yield HUB, hub_places()
    places = centre_places()
    if places:
        for centre in Centre.objects.filter(state__in=LIVE_STATES).order_by("code").iterator():
            with schema.centre(centre):
                yield centre.schema_name, places


def hub_places() -> list[sealed.Place]:
    return [*sealed.columns(_models(tenant=False)), *second_factors.places()]


def centre_places() -> list[sealed.Place]:
    return sealed.columns(_models(tenant=True))


def _models(*, tenant: bool) -> list[type[models.Model]]:
    return [
        model
        for config in apps.get_app_configs()
        if (config.name in settings.TENANT_APPS) == tenant
        for model in config.get_models()
    ]
