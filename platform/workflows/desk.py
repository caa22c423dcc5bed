"""What a centre's staff should do today, read from what is there: nobody ticks anything off.

A step is something that one person can do now and that has a reason to be done. Its order is its urgency: what is
overdue or waited for by others, then what will be soon. Setting up is a list of its own, with the same rule.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from hub.accounts import queries as accounts
from hub.centres import freshness
from hub.centres.freshness import Freshness, Level
from hub.centres.models import Centre
from hub.programmes import queries as programmes
from hub.programmes.models import Application
from hub.regions import zones
from hub.selection import queries as selection
from hub.transformation import queries as transformation
from tenants.site import queries as site
from tenants.site.models import Document, Profile, Validity

from .centre_profile import Completeness, completeness


class Urgency(IntEnum):
    NOW = 1  # overdue, or somebody waits
    SOON = 2  # within weeks
    CALM = 3  # when there is time


@dataclass(frozen=True)
class Step:
    """One thing to do. ``code`` names it for good; the front end has its words and where it is done."""

    code: str
    urgency: Urgency
    count: int = 0
    days: int | None = None  # until it is too late; negative since it is
    subject: str = ""  # the title of the document or the name of the intake that it is about
    object_id: int | uuid.UUID | None = None


@dataclass(frozen=True)
class Task:
    """One thing of setting up."""

    code: str
    is_done: bool


@dataclass(frozen=True)
class Desk:
    steps: list[Step]
    setting_up: list[Task]
    completeness: Completeness
    freshness: Freshness
    people: accounts.PeopleCounts
    profile: Profile | None
    documents: list[Document]
    newest: datetime | None  # when the newest news was published
    transformations: list[Application]  # in which the centre takes part or which it completed, the newest first

    @property
    def done(self) -> int:
        return sum(task.is_done for task in self.setting_up)

    @property
    def is_set_up(self) -> bool:
        return self.done == len(self.setting_up)


# A centre has tens of papers; beyond this many the desk looks at those that expire first.
_MOST_DOCUMENTS = 200
_INVITATION_ENDS_SOON = 2  # days
_CLOSES_SOON = 7  # days
# A result stands under Today for so long; it stays in the room of programmes.
_NEWS_OF_RESULT = timedelta(days=7)


def desk(centre: Centre, *, now: datetime, keeps: bool, leads: bool) -> Desk:
    """The desk of one centre, inside its schema: seven statements, two more for one in transformation.

    ``keeps``: for whoever looks after profile and papers; ``leads``: who answers visits and invites, too. A step is
    shown only to who can take it: a visitor of the ministry may keep, and never leads.
    """
    profile = site.profile()
    documents = list(site.documents()[:_MOST_DOCUMENTS])
    newest = site.news().values_list("published_at", flat=True).first()
    people = accounts.people_counts(centre.id, now=now)
    fresh = freshness.of(centre, now=now)
    whole = completeness(centre, profile)
    transformations = transformation.own(centre.id, today=now.astimezone(centre.zone).date())
    steps = [
        *(_steps_for_keepers(centre, fresh, documents, now=now) if keeps else []),
        *(_steps_for_leaders(people, now=now) if leads else []),
        *_steps_of_programmes(centre, now=now, leads=leads),
        *(_steps_of_transformation(transformations, now=now) if keeps else ()),
        *_steps_for_all(profile),
    ]
    return Desk(
        steps=sorted(steps, key=_order),
        setting_up=_setting_up(whole, people, documents, has_news=newest is not None),
        completeness=whole,
        freshness=fresh,
        people=people,
        profile=profile,
        documents=documents,
        newest=newest,
        transformations=transformations,
    )


def _order(step: Step) -> tuple[int, int]:
    """The most urgent first; among those, whoever waits, then what has been over longest."""
    return step.urgency, -1_000_000 if step.days is None else step.days


def _steps_for_keepers(centre: Centre, fresh: Freshness, documents: list[Document], *, now: datetime) -> list[Step]:
    steps = [step for document in documents if (step := _step_of_document(document, centre, now=now))]
    if fresh.is_pressing:
        # Nobody here knows when a profile was last updated that has not been on Balai: that can wait for its turn.
        urgency = Urgency.SOON if fresh.level in (Level.WARN, Level.NEVER) else Urgency.NOW
        steps.append(Step(f"profile_{fresh.level}", urgency, days=fresh.left, subject=centre.vin))
    return steps


def _steps_for_leaders(people: accounts.PeopleCounts, *, now: datetime) -> list[Step]:
    steps = []
    if people.visits_waiting:
        steps.append(Step("visit_waiting", Urgency.NOW, count=people.visits_waiting))
    if people.invitations and people.next_invitation_ends:
        left = (people.next_invitation_ends - now).days
        urgency = Urgency.SOON if left <= _INVITATION_ENDS_SOON else Urgency.CALM
        steps.append(Step("invitation_open", urgency, count=people.invitations, days=left))
    return steps


def _steps_of_programmes(centre: Centre, *, now: datetime, leads: bool) -> Iterator[Step]:
    """An intake that can be applied to is for whoever answers for the centre; a result is news to all."""
    today = zones.today(now)
    for one in programmes.of_centre(centre.pk) if leads else ():
        if programmes.may_write(one, now=now):
            days = (one.cohort.closes_on - today).days
            urgency = Urgency.SOON if days <= _CLOSES_SOON else Urgency.CALM
            code = "application_begun" if one.is_begun else "programme_open"
            yield Step(code, urgency, days=days, subject=one.cohort.name, object_id=one.pk)
    for result in selection.results_of(centre.pk):
        until, name = result.round.appeals_until, result.round.cohort.name
        if leads and until is not None and selection.may_appeal(result, now=now):
            yield Step("appeal_possible", Urgency.SOON, days=(until - today).days, subject=name,
                       object_id=result.application_id)  # fmt: skip
        elif result.round.published_at and now - result.round.published_at < _NEWS_OF_RESULT:
            yield Step("result_out", Urgency.SOON, subject=name, object_id=result.application_id)


def _step_of_document(document: Document, centre: Centre, *, now: datetime) -> Step | None:
    today = now.astimezone(centre.zone).date()
    validity = document.validity(today)
    if validity not in (Validity.EXPIRED, Validity.SOON):
        return None
    urgency = Urgency.NOW if validity == Validity.EXPIRED else Urgency.SOON
    return Step(
        f"document_{validity}", urgency, days=document.days_left(today), subject=document.title, object_id=document.pk
    )


def _steps_of_transformation(own: Sequence[Application], *, now: datetime) -> Iterator[Step]:
    """Evidence that the mentor sent back, and what was agreed and is late."""
    for one in own:
        stage = transformation.running(one)
        returned = [each.to_mend for each in transformation.progress(stage)] if stage else []
        mending = [each for each in returned if each]
        if mending and stage:
            days = min((each.checked_at - now).days for each in mending if each.checked_at)
            yield Step("evidence_returned", Urgency.NOW, len(mending), days, stage.rules.name, one.pk)
        if late := getattr(one, "overdue", 0):
            yield Step("action_overdue", Urgency.NOW, late, object_id=one.pk)


def _steps_for_all(profile: Profile | None) -> list[Step]:
    return [Step("draft_waiting", Urgency.CALM)] if profile and profile.draft is not None else []


def _setting_up(
    whole: Completeness, people: accounts.PeopleCounts, documents: list[Document], *, has_news: bool
) -> list[Task]:
    """In the order in which a new centre is best set up: first what visitors of its page look for."""
    return [
        *(Task(code, whole.says(code)) for code in ("about", "whatsapp", "address", "photo")),
        Task("colleague", people.staff > 1 or people.invitations > 0),
        *(Task(code, whole.says(code)) for code in ("licence", "vin")),
        Task("document", bool(documents)),
        Task("means", whole.says("facilities") and whole.says("instructors")),
        Task("news", has_news),
    ]
