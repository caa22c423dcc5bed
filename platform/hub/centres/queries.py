"""Reading centres on the hub: the directory, one centre, and the counts of the home page."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from hub.regions import queries as regions
from hub.regions.models import Province

from .models import LIVE_STATES, Centre, State, VocationalField


@dataclass(frozen=True)
class Totals:
    """Counts for the home page. Demo centres count only while there is no real one."""

    live: int
    registered: int
    provinces: int
    regencies: int
    fields: int
    demo: int

    @property
    def only_demo(self) -> bool:
        return self.demo > 0 and self.live == 0 and self.registered == 0


def totals() -> Totals:
    """One statement over all centres that are listed."""
    real = Q(is_demo=False)
    row = listed().aggregate(
        live=Count("id", filter=real & Q(state__in=LIVE_STATES), distinct=True),
        registered=Count("id", filter=real & Q(state=State.REGISTERED), distinct=True),
        provinces=Count("regency__province", filter=real, distinct=True),
        regencies=Count("regency", filter=real, distinct=True),
        fields=Count("fields", filter=real, distinct=True),
        demo=Count("id", filter=~real, distinct=True),
    )
    return Totals(**row)


def listed() -> QuerySet[Centre]:
    """Every centre the public may find: not an erased one, nor one that was merged into another."""
    return Centre.objects.exclude(state=State.ERASED).filter(merged_into=None)


def directory(*, search: str = "", province: str = "", regency: str = "", field: str = "") -> QuerySet[Centre]:
    """Centres for the public directory, by name. Empty filters do not filter; every word of ``search`` must occur."""
    centres = with_words(listed().select_related("regency__province").prefetch_related("fields"), search)
    if province:
        centres = centres.filter(regency__province_id=province)
    if regency:
        centres = centres.filter(regency_id=regency)
    if field:
        centres = centres.filter(fields=field)
    return centres.order_by("name", "id")


def nearest_first(centres: QuerySet[Centre], place: regions.Place) -> QuerySet[Centre]:
    """These centres by how far their regency's main town is, each with ``distance_km`` (see regions.distance_km)."""
    distance = regions.distance_km(place, regency="regency__")
    return centres.annotate(distance_km=distance).order_by(F("distance_km").asc(nulls_last=True), "name", "id")


def counts(centres: QuerySet[Centre]) -> tuple[int, int]:
    """How many centres these are, and how many of them are the demo's: one statement."""
    row = centres.order_by().aggregate(all=Count("pk"), examples=Count("pk", filter=Q(is_demo=True)))
    return row["all"], row["examples"]


def for_search_engines(*, live: bool) -> QuerySet[Centre]:
    """Real centres, with or without a page of their own; only what an address needs."""
    centres = listed().filter(is_demo=False, state__in=LIVE_STATES if live else (State.REGISTERED,))
    return centres.only("id", "code", "slug", "updated_at").order_by("code")


def for_programs() -> QuerySet[Centre]:
    """As ``directory``, with no more of their regions than the codes: three statements, whatever the number."""
    return listed().select_related("regency").prefetch_related("fields").order_by("name", "id")


def with_words(centres: QuerySet[Centre], search: str) -> QuerySet[Centre]:
    """Those in whose name, village or regency every word occurs; the first eight words count."""
    for word in search.split()[:8]:
        centres = centres.filter(
            Q(name__icontains=word) | Q(village__icontains=word) | Q(regency__name__icontains=word)
        )
    return centres


def all_fields() -> QuerySet[VocationalField]:
    return VocationalField.objects.all()


def by_province(*, demo: bool | None = None) -> QuerySet[Province]:
    """Provinces that have a centre, most first, each with ``centre_count``; ``demo`` as in all_provinces."""
    provinces = Province.objects.annotate(centre_count=_count_in_province(demo))
    return provinces.filter(centre_count__gt=0).order_by("-centre_count", "name")


def all_provinces(*, demo: bool | None = None) -> QuerySet[Province]:
    """Every province, most centres first, each with ``centre_count``.

    ``demo`` counts the demo's centres only, or (False) the real ones only.
    """
    provinces = Province.objects.annotate(centre_count=_count_in_province(demo))
    return provinces.order_by("-centre_count", "name")


def _count_in_province(demo: bool | None) -> Count:
    return Count("regencies__centres", filter=_counted("regencies__centres__", demo))


def by_field(*, demo: bool | None = None) -> QuerySet[VocationalField]:
    """Vocational fields that a centre offers, most first, each with ``centre_count``; ``demo`` as in by_province."""
    return (
        VocationalField.objects.annotate(centre_count=Count("centres", filter=_counted("centres__", demo)))
        .filter(centre_count__gt=0)
        .order_by("-centre_count", "name")
    )


def _counted(prefix: str, demo: bool | None) -> Q:
    counted = ~Q(**{f"{prefix}state": State.ERASED}) & Q(**{f"{prefix}merged_into": None})
    return counted if demo is None else counted & Q(**{f"{prefix}is_demo": demo})


def profile(centre_id: uuid.UUID) -> Centre:
    """One centre with its region and fields: two statements. Raises Centre.DoesNotExist."""
    return listed().select_related("regency__province").prefetch_related("fields").get(pk=centre_id)


def listed_by_code(code: str) -> Centre:
    """The public view of one centre by its code: two statements. Raises Centre.DoesNotExist."""
    return listed().select_related("regency__province").prefetch_related("fields").get(code=code.strip().lower())


def any_active() -> Centre | None:
    """A centre to show things by: an example of the demo if there is one, else the first by name."""
    return listed().filter(state=State.ACTIVE).order_by("-is_demo", "name", "id").first()


def by_code(code: str) -> Centre:
    """The centre of this code, in any state. Raises Centre.DoesNotExist."""
    return Centre.objects.get(code=code.strip().lower())


# ---------------------------------------------------------------- at work, or silent

ACTIVE_WITHIN = 90  # days


def active_since(today: date, days: int) -> date:
    """The first of the last ``days`` days, today among them."""
    return today - timedelta(days=days - 1)


@dataclass(frozen=True)
class Activity:
    """How many open centres were at work lately: their own staff was in their space.

    ``open`` are all that could have been, and the sum of ``within_90``, ``silent`` and ``never``.
    """

    open: int
    within_30: int
    within_90: int
    silent: int
    never: int


def activity(*, today: date, provinces: Iterable[str] | None = None, demo: bool = False) -> Activity:
    """One statement. Real centres, or with ``demo`` the demo's alone; none that is suspended, archived, not live."""
    centres = Centre.objects.filter(state=State.ACTIVE, is_demo=demo)
    if provinces is not None:
        centres = centres.filter(regency__province__in=provinces)
    since_90 = active_since(today, ACTIVE_WITHIN)
    counts = centres.aggregate(
        open=Count("id"),
        within_30=Count("id", filter=Q(last_active_on__gte=active_since(today, 30))),
        within_90=Count("id", filter=Q(last_active_on__gte=since_90)),
        silent=Count("id", filter=Q(last_active_on__lt=since_90)),
        never=Count("id", filter=Q(last_active_on=None)),
    )
    return Activity(**counts)


# ---------------------------------------------------------------- what may become of a centre

# What the ministry may correct of a centre on the hub.
FACTS = (
    "name", "foundation", "regency", "village", "established", "licence_kind", "licence_number", "vin",
    "maturity_class", "seats", "is_women_led", "accredited_until", "fields",
)  # fmt: skip

# Each state, and from which others a centre may come into it.
_FROM: dict[str, tuple[State, ...]] = {
    State.SUSPENDED: (State.ACTIVE,),
    State.ACTIVE: (State.SUSPENDED, State.ARCHIVED),
    State.ARCHIVED: (State.ACTIVE, State.SUSPENDED),
    State.ERASED: LIVE_STATES,
}


def obstacle(centre: Centre, state: State) -> str:
    """Why this centre cannot come into this state now, in words; empty if it can."""
    if centre.merged_into_id and state != State.ERASED:
        return _("“%(name)s” was merged into another centre.") % {"name": centre.name}
    if centre.state not in _FROM[state]:
        return _("“%(name)s” is %(state)s; this step is not possible from there.") % {
            "name": centre.name,
            "state": centre.get_state_display().lower(),
        }
    return ""


def merge_obstacle(duplicate: Centre, survivor: Centre) -> str:
    """Why the first cannot be merged into the second, in words; empty if it can."""
    if duplicate.pk == survivor.pk:
        return _("A centre cannot be merged into itself.")
    for centre in (duplicate, survivor):
        if centre.merged_into_id:
            return _("“%(name)s” was merged into another centre.") % {"name": centre.name}
        if centre.state == State.ERASED:
            return _("“%(name)s” was erased.") % {"name": centre.name}
    if duplicate.is_demo != survivor.is_demo:
        return _("A demo centre and a real one cannot become one.")
    if duplicate.absorbed.exists():
        return _("Another centre was merged into “%(name)s”. Keep this one, and merge the other into it.") % {
            "name": duplicate.name
        }
    if duplicate.liveliness > survivor.liveliness:
        return _("“%(name)s” has the more alive space. Keep this one, and merge the other into it.") % {
            "name": duplicate.name
        }
    return ""
