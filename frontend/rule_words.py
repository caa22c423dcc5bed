"""An intake's rules in words: for reading them, for reviewing a draft, and for telling two versions apart."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.centres.models import MaturityClass, State
from hub.centres.queries import all_fields
from hub.programmes import rulebook
from hub.programmes.rulebook import (
    Eligibility,
    Group,
    Quota,
    RequirementKind,
    Round,
    RoundKind,
    Rules,
    Stage,
    StageKind,
)
from hub.regions.queries import all_provinces


@dataclass(frozen=True, slots=True)
class Names:
    """What codes are called, in the reader's language."""

    provinces: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "Names":
        """Two statements."""
        return cls(
            provinces={one.code: str(one) for one in sorted(all_provinces(), key=str)},
            fields={one.code: str(one) for one in all_fields()},
        )

    def of(self, group: str, value: str) -> str:
        """What a quota is for."""
        if group == Group.WOMEN_LED:
            return str(Group.WOMEN_LED.label)
        known = self.provinces if group == Group.PROVINCE else self.fields
        return known.get(value, value)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the rules: ``key`` such as "babak-1", its heading, and label and text of each line."""

    key: str
    title: str
    lines: tuple[tuple[str, str], ...]
    number: int = 0  # of a round or a stage

    @property
    def is_round(self) -> bool:
        return self.key.startswith("babak-")


@dataclass(frozen=True, slots=True)
class Change:
    """A line that two versions say differently; empty where one of them does not have it."""

    part: str
    label: str
    before: str
    after: str


def parts(rules: Rules, names: Names) -> list[Part]:
    """All that rules say."""
    return [
        Part("syarat", _("Who may apply"), tuple(_of_eligibility(rules.eligibility, names))),
        *(
            Part(f"babak-{number}", round_title(number, one), tuple(_of_round(one, names)), number)
            for number, one in enumerate(rules.rounds, 1)
        ),
        *(
            Part(f"tahap-{number}", stage_title(number, one), tuple(_of_stage(one)), number)
            for number, one in enumerate(rules.stages, 1)
        ),
    ]


def changes(old: Rules, new: Rules, names: Names) -> list[Change]:
    """What the newer rules say differently, line by line."""
    before, after = _by_line(parts(old, names)), _by_line(parts(new, names))
    titles = {key[0]: title for lines in (before, after) for key, (title, _text) in lines.items()}
    found = []
    for key in [*after, *(one for one in before if one not in after)]:
        was, now = (lines.get(key, ("", ""))[1] for lines in (before, after))
        if was != now:
            found.append(Change(titles[key[0]], key[1], was, now))
    return found


def _by_line(found: Iterable[Part]) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (one.key, label): (one.title, text) for one in found for label, text in ((_("Name"), one.title), *one.lines)
    }


def round_title(number: int, one: Round) -> str:
    return _("Round %(number)d: %(name)s") % {"number": number, "name": one.name.strip() or _("no name yet")}


def stage_title(number: int, one: Stage) -> str:
    return _("Stage %(number)d: %(name)s") % {"number": number, "name": one.name.strip() or _("no name yet")}


# ---------------------------------------------------------------- who may apply


def _of_eligibility(rules: Eligibility, names: Names) -> Iterator[tuple[str, str]]:
    for code in (one for one in Eligibility.__dataclass_fields__ if getattr(rules, one)):
        yield condition(code, rules, names)
    if not any(getattr(rules, one) for one in Eligibility.__dataclass_fields__):
        yield _("Conditions"), _("None: every centre may apply.")


def condition(code: str, rules: Eligibility, names: Names) -> tuple[str, str]:
    """One condition in force as label and text."""
    value = getattr(rules, code)
    states, classes = dict(State.choices), dict(MaturityClass.choices)
    words: dict[str, tuple[str, Any]] = {
        "states": (_("State of the centre"), lambda: _listed(states, value)),
        "provinces": (_("Province"), lambda: _listed(names.provinces, value)),
        "fields": (_("Vocational field"), lambda: _listed(names.fields, value)),
        "classes": (_("Class"), lambda: _listed(classes, value)),
        "needs_vin": ("VIN", lambda: _("must have one")),
        "needs_accreditation": (_("Accreditation"), lambda: _("must be valid")),
        "women_led_only": (_("Head"), lambda: _("must be a woman")),
        "least_seats": (
            _("Places for training at one time"),
            lambda: ngettext("at least %(number)d", "at least %(number)d", value) % {"number": value},
        ),
        "active_within": (
            _("Last active"),
            lambda: ngettext("in the last %(days)d day", "in the last %(days)d days", value) % {"days": value},
        ),
    }
    label, text = words[code]
    return label, text()


def _listed(names: dict[Any, Any], codes: Iterable[str]) -> str:
    return ", ".join(str(names.get(code, code)) for code in codes)


# ---------------------------------------------------------------- rounds


def _of_round(one: Round, names: Names) -> Iterator[tuple[str, str]]:
    yield _("Kind"), str(RoundKind(one.kind).label)
    yield _("Dates"), dates(one.starts_on, one.ends_on)
    yield _("Places"), _("no limit") if one.seats is None else str(one.seats)
    yield _("Pass mark"), _("none") if one.pass_mark is None else _("%(mark)d of 100") % {"mark": one.pass_mark}
    yield _("Assessors"), assessors(one)
    yield _("Appeals"), _appeals(one)
    weight = sum(criterion.weight for criterion in one.criteria) or 1
    for number, criterion in enumerate(one.criteria, 1):
        text = _("%(name)s: %(share)d %% of the score, 0–%(most)d points.") % {
            "name": criterion.name or _("no name yet"), "share": round(criterion.weight * 100 / weight),
            "most": criterion.most,
        }  # fmt: skip
        yield _("Criterion %(number)d") % {"number": number}, f"{text} {criterion.guide}".strip()
    for quota in one.quotas:
        label = _("Kept free: %(group)s") % {"group": names.of(quota.group, quota.value)}
        yield label, places(quota.seats)


def assessors(one: Round) -> str:
    told = ngettext("%(count)d for each application", "%(count)d for each application", one.assessors) % {
        "count": one.assessors
    }
    if one.assessors == 2 and one.third_margin is not None:
        more = _("a third where they differ by more than %(margin)d of 100") % {"margin": one.third_margin}
        return f"{told}; {more}"
    return told


def _appeals(one: Round) -> str:
    if not one.appeal_days:
        return _("on the day of the results only")
    return ngettext("%(days)d day after the results", "%(days)d days after the results", one.appeal_days) % {
        "days": one.appeal_days
    }


def places(count: int) -> str:
    return ngettext("%(count)d place", "%(count)d places", count) % {"count": count}


def quota_key(quota: Quota) -> str:
    """As a form names it: "province:35"."""
    return f"{quota.group}:{quota.value}"


# ---------------------------------------------------------------- stages


def _of_stage(one: Stage) -> Iterator[tuple[str, str]]:
    yield _("Kind"), str(StageKind(one.kind).label)
    yield _("Dates"), dates(one.starts_on, one.ends_on)
    for number, required in enumerate(one.requirements, 1):
        text = f"{required.name or _('no name yet')}: {least(required)}."
        yield _("Requirement %(number)d") % {"number": number}, f"{text} {required.guide}".strip()


def least(required: rulebook.Requirement) -> str:
    """How much of it is asked for, in its unit."""
    count = {"count": required.least}
    match required.kind:
        case RequirementKind.SESSIONS:
            return ngettext("%(count)d session", "%(count)d sessions", required.least) % count
        case RequirementKind.BATCH:
            return ngettext("%(count)d batch", "%(count)d batches", required.least) % count
        case RequirementKind.INDICATOR:
            return _("at least %(count)d %%") % count
    return ngettext("%(count)d piece of evidence", "%(count)d pieces of evidence", required.least) % count


def dates(start: date | None, end: date | None) -> str:
    if start and end:
        return _("%(start)s to %(end)s") % {"start": _day(start), "end": _day(end)}
    if start:
        return _("from %(day)s") % {"day": _day(start)}
    return _("until %(day)s") % {"day": _day(end)} if end else _("not fixed yet")


def _day(day: date) -> str:
    return date_format(day, "j F Y")
