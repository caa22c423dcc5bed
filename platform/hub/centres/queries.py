"""Reading centres on the hub: the directory, one centre, and the counts of the home page."""

import uuid
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

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
    """Every centre the public may find: an erased one is not among them."""
    return Centre.objects.exclude(state=State.ERASED)


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
    """Provinces that have a centre, most first, each with ``centre_count``.

    ``demo`` counts the demo's centres only, or (False) the real ones only.
    """
    return (
        Province.objects.annotate(
            centre_count=Count("regencies__centres", filter=_counted("regencies__centres__", demo))
        )
        .filter(centre_count__gt=0)
        .order_by("-centre_count", "name")
    )


def by_field(*, demo: bool | None = None) -> QuerySet[VocationalField]:
    """Vocational fields that a centre offers, most first, each with ``centre_count``; ``demo`` as in by_province."""
    return (
        VocationalField.objects.annotate(centre_count=Count("centres", filter=_counted("centres__", demo)))
        .filter(centre_count__gt=0)
        .order_by("-centre_count", "name")
    )


def _counted(prefix: str, demo: bool | None) -> Q:
    counted = ~Q(**{f"{prefix}state": State.ERASED})
    return counted if demo is None else counted & Q(**{f"{prefix}is_demo": demo})


def profile(centre_id: uuid.UUID) -> Centre:
    """One centre with its region and fields: two statements. Raises Centre.DoesNotExist."""
    return listed().select_related("regency__province").prefetch_related("fields").get(pk=centre_id)


def listed_by_code(code: str) -> Centre:
    """The public view of one centre by its code: two statements. Raises Centre.DoesNotExist."""
    return listed().select_related("regency__province").prefetch_related("fields").get(code=code.strip().lower())


def any_active() -> Centre | None:
    """A centre to show things by: an example of the demo if there is one, else the first by name."""
    return Centre.objects.filter(state=State.ACTIVE).order_by("-is_demo", "name", "id").first()


def by_code(code: str) -> Centre:
    """The centre of this code, in any state. Raises Centre.DoesNotExist."""
    return Centre.objects.get(code=code.strip().lower())
