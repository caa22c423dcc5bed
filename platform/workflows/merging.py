"""Two rows for one institution become one: what would move, and moving it, all of it or nothing.

The surviving centre keeps its own space, address and id. From the duplicate it gets the people, the open invitations,
the addresses (they redirect) and those of the hub's facts that the officer chooses. What stands in the duplicate's
space is not mixed into the other's: rows of two schemas may contradict each other, and nobody could say afterwards
whose they were. That space is archived as it is, can be exported, and can be written no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from hub.accounts import moving
from hub.audit.actors import Actor
from hub.centres import operations
from hub.centres.models import Centre
from hub.centres.queries import merge_obstacle
from kernel import schema


class Pick(TextChoices):
    """Whose fact the merged centre has."""

    KEEP = "keep", _("of the centre that stays")
    TAKE = "take", _("of the duplicate")
    BOTH = "both", _("both together")  # for the vocational fields alone


# What an officer chooses as one: columns that say something only together.
GROUPS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "foundation": ("foundation",),
    "place": ("regency", "village"),
    "established": ("established",),
    "licence": ("licence_kind", "licence_number"),
    "vin": ("vin",),
    "maturity_class": ("maturity_class",),
    "seats": ("seats",),
    "is_women_led": ("is_women_led",),
    "accredited_until": ("accredited_until",),
    "fields": ("fields",),
}
LABELS = {
    "name": _("Name of the centre"),
    "foundation": _("Foundation"),
    "place": _("Place"),
    "established": _("Established"),
    "licence": _("Licence"),
    "vin": _("VIN"),
    "maturity_class": _("Class"),
    "seats": _("Places for training at one time"),
    "is_women_led": _("Led by a woman"),
    "accredited_until": _("Accredited until"),
    "fields": _("Vocational fields"),
}


@dataclass(frozen=True)
class Difference:
    """A group of facts that the two centres state differently; values in the order of GROUPS."""

    group: str
    kept: tuple[Any, ...]
    taken: tuple[Any, ...]

    @property
    def label(self) -> str:
        return str(LABELS[self.group])

    @property
    def suggestion(self) -> Pick:
        """What most officers would choose: what is stated over what is not, and every field that is taught."""
        if self.group == "fields":
            return Pick.BOTH
        return Pick.KEEP if any(map(_is_stated, self.kept)) else Pick.TAKE


def _is_stated(value: Any) -> bool:
    """“Not led by a woman” is stated, too."""
    return value is False or bool(value)


@dataclass(frozen=True)
class Preview:
    """What a merge would do, for whoever decides. ``obstacle`` says why it cannot be; empty if it can."""

    duplicate: Centre
    survivor: Centre
    obstacle: str
    differences: tuple[Difference, ...]
    moving: moving.Moving
    addresses: tuple[str, ...]
    takes_register_id: bool
    closes_space: bool


def preview(duplicate: Centre, survivor: Centre, *, now: datetime) -> Preview:
    """Look at both, change nothing: some ten statements."""
    return Preview(
        duplicate=duplicate,
        survivor=survivor,
        obstacle=merge_obstacle(duplicate, survivor),
        differences=tuple(_differences(duplicate, survivor)),
        moving=moving.what_moves(duplicate, survivor, now=now),
        addresses=tuple(duplicate.domains.order_by("-is_primary", "domain").values_list("domain", flat=True)),
        takes_register_id=survivor.register_id is None and duplicate.register_id is not None,
        closes_space=duplicate.is_live,
    )


def _differences(duplicate: Centre, survivor: Centre) -> list[Difference]:
    kept, taken = _facts(survivor), _facts(duplicate)
    return [
        Difference(group, tuple(kept[name] for name in names), tuple(taken[name] for name in names))
        for group, names in GROUPS.items()
        if any(kept[name] != taken[name] for name in names) and any(_is_stated(taken[name]) for name in names)
    ]


def _facts(centre: Centre) -> dict[str, Any]:
    facts = {name: getattr(centre, name) for names in GROUPS.values() for name in names if name != "fields"}
    return {**facts, "fields": tuple(centre.fields.order_by("name"))}


@transaction.atomic
def merge(
    duplicate: Centre, survivor: Centre, *, picks: Mapping[str, Pick], reason: str, by: Actor, now: datetime
) -> Centre:
    """Merge the first centre into the second and return it. ``picks`` says whose facts; unnamed groups stay.

    Raises CannotMerge; then nothing has changed.
    """
    with schema.hub():
        facts = _chosen(duplicate, survivor, picks)
        survivor = operations.absorb(duplicate, survivor, facts=facts, reason=reason, by=by, now=now)
        moving.move(duplicate, survivor, reason=reason, by=by, now=now)
    return survivor


def _chosen(duplicate: Centre, survivor: Centre, picks: Mapping[str, Pick]) -> dict[str, Any]:
    kept, taken = _facts(survivor), _facts(duplicate)
    chosen = {name: taken[name] for group, names in GROUPS.items() for name in names if picks.get(group) == Pick.TAKE}
    if picks.get("fields") == Pick.BOTH:
        chosen["fields"] = list(dict.fromkeys((*kept["fields"], *taken["fields"])))
    return chosen
