"""Reading applications and claim codes: by their link for applicants, by province for the ministry.

The doors raise NotVisible: a link that leads nowhere, one whose application is gone, and one that was never made look
the same.
"""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from hub.accounts import queries as accounts
from hub.accounts.models import Membership, User
from hub.accounts.queries import NotVisible
from hub.accounts.roles import KEEPER_ROLES, Role
from hub.centres import duplicates
from hub.centres.models import Centre, State
from hub.centres.queries import listed
from kernel import tokens

from . import clock, codes
from .clock import Standing
from .facts import Facts
from .models import (
    DECIDED_STATES,
    OPEN_STATES,
    Application,
    ApplicationState,
    ClaimCode,
    Link,
    Moment,
    MomentKind,
    Paper,
)

# So long after the approval its applicant may have the head invited anew.
INVITED_AGAIN_WITHIN = timedelta(days=60)
Typed = dict[str, dict[str, list[str]]]  # step → field → values

# ---------------------------------------------------------------- the applicant's side


def application_by_token(token: str, *, now: datetime) -> Application:
    """The application that this link leads to: one statement. Raises NotVisible."""
    link = (
        Link.objects.select_related("application__regency__province", "application__centre")
        .filter(token_hash=tokens.hash_of(token))
        .first()
    )
    if link is None or (link.application.expires_at is not None and link.application.expires_at <= now):
        raise NotVisible
    return link.application


def typed_of(application: Application) -> Typed:
    """What was typed so far: step → field → values."""
    return json.loads(str(application.typed))


def facts_of(application: Application) -> Facts:
    """What was sent last. Raises NotVisible for one that was never sent."""
    if application.facts is None:
        raise NotVisible
    return Facts.from_json(str(application.facts))


def remarks_of(application: Application) -> dict[str, str]:
    """What the ministry wants changed now, by the name of a fact or paper; empty unless it is asked back."""
    if application.state != ApplicationState.ASKED:
        return {}
    asked = last_asked(application)
    return dict(asked.about) if asked else {}


def last_asked(application: Application) -> Moment | None:
    return application.moments.filter(kind=MomentKind.ASKED).last()


def own_paper(application: Application, name: str) -> Paper:
    """One of its documents. Raises NotVisible."""
    paper = application.papers.filter(file=name).first()
    if paper is None:
        raise NotVisible
    return paper


def may_be_listed_already(*, name: str, regency: str, village: str, is_demo: bool = False) -> list[duplicates.Pair]:
    """Centres of the public directory that this one may be. Compares nothing that the directory does not show."""
    begun = Centre(name=name, regency_id=regency, village=village, is_demo=is_demo)
    return duplicates.like(begun, listed().select_related("regency").filter(regency=regency))


# ---------------------------------------------------------------- the ministry's side


def applications(user: User) -> QuerySet[Application]:
    """Every application that was sent and that this person may decide: of their provinces. Raises NotVisible."""
    if not accounts.keeps_centres(user):
        raise NotVisible
    sent = Application.objects.exclude(state=ApplicationState.DRAFT).select_related(
        "regency__province", "taken_by", "decided_by", "centre"
    )
    limit = accounts.provinces_of(user, KEEPER_ROLES)
    return sent if limit is None else sent.filter(regency__province__in=limit)


def application(user: User, application_id: uuid.UUID) -> Application:
    """One of them. Raises NotVisible."""
    found = applications(user).filter(pk=application_id).first()
    if found is None:
        raise NotVisible
    return found


def paper(user: User, application_id: uuid.UUID, name: str) -> Paper:
    """One document, for those who may decide. Raises NotVisible."""
    return own_paper(application(user, application_id), name)


def may_decide(application: Application, user: User) -> bool:
    """Whether this person can decide now: nobody has taken it, or they have."""
    return application.state == ApplicationState.SENT or (
        application.state == ApplicationState.TAKEN and application.taken_by_id == user.pk
    )


def may_take_over(application: Application, user: User) -> bool:
    return application.state == ApplicationState.TAKEN and application.taken_by_id != user.pk


@dataclass(frozen=True, slots=True)
class Counts:
    """Applications that a person may decide. ``waiting`` counts those of ``late`` and ``mine``, too."""

    waiting: int = 0
    late: int = 0
    mine: int = 0
    asked: int = 0
    decided: int = 0
    all: int = 0


def counts(user: User, *, today: date) -> Counts:
    """One statement; all 0 for whoever decides nothing."""
    if not accounts.keeps_centres(user):
        return Counts()
    is_open = Q(state__in=OPEN_STATES)
    return Counts(
        **applications(user)
        .order_by()
        .aggregate(
            waiting=Count("pk", filter=is_open),
            late=Count("pk", filter=is_open & Q(due_on__lt=today)),
            mine=Count("pk", filter=Q(state=ApplicationState.TAKEN, taken_by=user)),
            asked=Count("pk", filter=Q(state=ApplicationState.ASKED)),
            decided=Count("pk", filter=Q(state__in=DECIDED_STATES)),
            all=Count("pk"),
        )
    )


def with_words(rows: QuerySet[Application], search: str) -> QuerySet[Application]:
    """Those in whose name, foundation, village, regency or code every word occurs; the first eight count."""
    for word in search.split()[:8]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(foundation__icontains=word)
            | Q(village__icontains=word)
            | Q(regency__name__icontains=word)
            | Q(code__iexact=word)
        )
    return rows


def with_standing(rows: QuerySet[Application], standing: Standing, *, today: date) -> QuerySet[Application]:
    """Those that stand so with the ministry's promise, by the rule of ``clock.standing``."""
    rows, soon = rows.filter(state__in=OPEN_STATES), clock.soon_until(today)
    if standing == Standing.LATE:
        return rows.filter(due_on__lt=today)
    if standing == Standing.SOON:
        return rows.filter(due_on__gte=today, due_on__lte=soon)
    return rows.filter(due_on__gt=soon)


# ---------------------------------------------------------------- is it there already?


@dataclass(frozen=True, slots=True)
class Alike:
    """What an application may be a duplicate of, the likeliest first."""

    centres: list[duplicates.Pair]
    applications: list[tuple[Application, duplicates.Pair]]

    def __bool__(self) -> bool:
        return bool(self.centres or self.applications)


def alike(application: Application, user: User) -> Alike:
    """Centres and open applications that it may be, among those that this person looks after: two statements."""
    own = _as_centre(application)
    near = Q(regency=application.regency_id)
    if application.vin:
        near |= Q(vin__iexact=application.vin)
    centres = accounts.centres_to_keep(user).filter(near).exclude(state=State.ERASED).filter(merged_into=None)
    others = applications(user).filter(near).exclude(pk=application.pk)
    others = others.filter(state__in=[*OPEN_STATES, ApplicationState.ASKED])
    by_id = {other.pk: other for other in others}
    pairs = duplicates.like(own, map(_as_centre, by_id.values()))
    return Alike(
        duplicates.like(own, centres.exclude(pk=application.centre_id)),
        [(by_id[pair.other.pk], pair) for pair in pairs],
    )


def _as_centre(application: Application) -> Centre:
    """As a row of the register, for comparing; it is never saved."""
    return Centre(
        id=application.pk,
        name=application.name,
        regency_id=application.regency_id,
        village=application.village,
        vin=application.vin,
        is_demo=application.is_demo,
    )


# ---------------------------------------------------------------- claim codes


def open_code(centre_id: uuid.UUID, *, now: datetime) -> ClaimCode | None:
    """The code that works for this centre now."""
    return (
        ClaimCode.objects.select_related("issued_by")
        .filter(centre=centre_id, used_at=None, ended_at=None, expires_at__gt=now)
        .first()
    )


def code_typed(centre_id: uuid.UUID, typed: str) -> QuerySet[ClaimCode]:
    """The centre's code that was typed so, open or not."""
    return ClaimCode.objects.filter(centre=centre_id, code_hash__in=codes.hashes_of(typed))


def centres_with_head(centre_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those that somebody leads."""
    held = Membership.objects.filter(centre__in=list(centre_ids), role=Role.CENTRE_HEAD, revoked_at=None)
    return set(held.values_list("centre", flat=True))


def may_invite_again(application: Application, *, now: datetime) -> bool:
    """Whether its applicant may ask for another invitation: approved lately, and nobody has ever led the centre."""
    if application.state != ApplicationState.APPROVED or application.decided_at is None:
        return False
    if now - application.decided_at > INVITED_AGAIN_WITHIN:
        return False
    return not Membership.objects.filter(centre=application.centre_id, role=Role.CENTRE_HEAD).exists()


def is_claimable(centre: Centre, *, has_head: bool) -> bool:
    """Whether a code can be issued for it, and used: it has no space, or one that nobody leads."""
    return centre.merged_into_id is None and centre.state in (State.REGISTERED, State.ACTIVE) and not has_head
