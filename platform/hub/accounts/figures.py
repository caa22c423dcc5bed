"""What the ministry's overview counts: aggregates over centres, each with what it is out of. Nobody is named."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from hub.centres.models import LIVE_STATES, State
from hub.centres.queries import listed
from hub.regions.models import Regency

from .models import Membership
from .roles import STAFF_ROLES, Role


@dataclass(frozen=True)
class Coverage:
    """Centres of the whole country or of some provinces. Real ones; the demo's only while there is no real one."""

    known: int  # in the register or applied
    live: int  # with a space of their own
    headed: int  # of those live, with a head who has an account
    staffed: int  # of those live, with anybody at all
    regencies_reached: int  # with a live centre
    regencies: int  # there are
    is_demo: bool

    @property
    def without_space(self) -> int:
        return self.known - self.live

    @property
    def headless(self) -> int:
        return self.live - self.headed


def coverage(provinces: Iterable[str] | None = None) -> Coverage:
    """Two statements, or three on a platform that has nothing but demo centres."""
    within = Q() if provinces is None else Q(regency__province__in=provinces)
    counts, is_demo = _counts(within & Q(is_demo=False)), False
    if not counts["known"]:
        demo = _counts(within & Q(is_demo=True))
        if demo["known"]:
            counts, is_demo = demo, True
    there_are = Regency.objects.all() if provinces is None else Regency.objects.filter(province__in=provinces)
    return Coverage(**counts, regencies=there_are.count(), is_demo=is_demo)


def _counts(which: Q) -> dict[str, int]:
    live = Q(state__in=LIVE_STATES)
    working = Membership.objects.filter(centre=OuterRef("pk"), revoked_at=None, role__in=STAFF_ROLES)
    centres = listed().annotate(has_staff=Exists(working), has_head=Exists(working.filter(role=Role.CENTRE_HEAD)))
    return centres.filter(which).aggregate(
        known=Count("pk", filter=live | Q(state=State.REGISTERED)),
        live=Count("pk", filter=live),
        headed=Count("pk", filter=live & Q(has_head=True)),
        staffed=Count("pk", filter=live & Q(has_staff=True)),
        regencies_reached=Count("regency", filter=live, distinct=True),
    )
