"""Reading the transformation: a mentor's centres, the stage board, one centre's way through a stage."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from hub.accounts.models import Membership, User
from hub.accounts.queries import ministry_roles, provinces_of
from hub.accounts.roles import Role
from hub.programmes import rulebook
from hub.programmes.models import Application, Cohort, Standing
from hub.programmes.queries import MANAGERS, READERS
from kernel.errors import NotVisible

from .models import EvidenceState, Mentorship, StageEvidence, StageRecord, StageState, Visit


def mentors() -> QuerySet[User]:
    """People who hold the role of a mentor now, by name."""
    holders = Membership.objects.filter(role=Role.MENTOR, revoked_at=None).values("user_id")
    return User.objects.filter(pk__in=holders, is_active=True).order_by("name", "pk")


def in_transformation() -> QuerySet[Application]:
    """Centres that were selected, whatever became of them since."""
    return Application.objects.exclude(stages=None).select_related(
        "cohort__programme", "cohort__rules", "centre__regency__province", "mentorship__mentor"
    )


def accompanied(user: User) -> QuerySet[Application]:
    """A mentor's own centres, those under way first."""
    return in_transformation().filter(mentorship__mentor=user).order_by("-standing", "centre__name")


@dataclass(frozen=True, slots=True)
class Access:
    """What somebody of the ministry may do with a centre in transformation."""

    application: Application
    is_mentor: bool
    manages: bool

    @property
    def may_write(self) -> bool:
        """Note visits, check evidence, assess maturity, sign."""
        return self.is_mentor or self.manages


def door(user: User, application_id: uuid.UUID) -> Access:
    """One centre in transformation: for its mentor, for who runs programmes, and to read for its province's officers.

    Raises NotVisible.
    """
    roles = ministry_roles(user) if user.is_authenticated else frozenset()
    one = in_transformation().filter(pk=application_id).distinct().first()
    if one is None:
        raise NotVisible
    mentorship = getattr(one, "mentorship", None)
    is_mentor = Role.MENTOR in roles and mentorship is not None and mentorship.mentor_id == user.pk
    manages = bool(roles & MANAGERS)
    if is_mentor or manages:
        return Access(one, is_mentor, manages)
    provinces = provinces_of(user, READERS) if roles & READERS else frozenset()
    if provinces is not None and one.province not in provinces:
        raise NotVisible
    return Access(one, is_mentor=False, manages=False)


# ---------------------------------------------------------------- one centre


@dataclass(frozen=True)
class Progress:
    """How far one requirement of a stage is met: ``reached`` of ``least``, as accepted."""

    place: int
    requirement: rulebook.Requirement
    reached: int
    evidence: tuple[StageEvidence, ...]

    @property
    def is_met(self) -> bool:
        return self.reached >= self.requirement.least


def stages(application: Application) -> QuerySet[StageRecord]:
    """The stages that a centre has begun, with their evidence and signatures: two statements."""
    return application.stages.select_related(
        "application__cohort__rules", "first_signed_by", "second_signed_by"
    ).prefetch_related(Prefetch("evidence", StageEvidence.objects.select_related("sent_by", "checked_by")))


def progress(stage: StageRecord) -> list[Progress]:
    """Each requirement of a stage and how far it is met. Of an indicator the highest accepted value counts."""
    evidence = list(stage.evidence.all())
    found = []
    for place, requirement in enumerate(stage.rules.requirements):
        own = tuple(one for one in evidence if one.requirement == place)
        amounts = [one.amount for one in own if one.state == EvidenceState.ACCEPTED]
        is_value = requirement.kind == rulebook.RequirementKind.INDICATOR
        reached = max(amounts, default=0) if is_value else sum(amounts)
        found.append(Progress(place, requirement, reached, own))
    return found


def visits(application: Application) -> QuerySet[Visit]:
    """What mentors saw, newest first, with photos and agreed actions: three statements."""
    return application.visits.select_related("mentor").prefetch_related("photos", "actions")


# ---------------------------------------------------------------- the stage board


def board(cohort: Cohort, user: User | None = None) -> QuerySet[Application]:
    """The centres of an intake that were selected, with their stages and what is late; by name: two statements."""
    found = in_transformation().filter(cohort=cohort).distinct()
    provinces = provinces_of(user, READERS) if user else None
    if provinces is not None:
        found = found.filter(province__in=provinces)
    running = Q(stages__state=StageState.RUNNING)
    to_check = running & Q(stages__evidence__state=EvidenceState.SENT)
    return (
        found.annotate(to_check=Count("stages__evidence", filter=to_check, distinct=True))
        .prefetch_related("stages")
        .order_by("centre__name", "pk")
    )


def overdue(application: Application, *, today: date) -> int:
    """How many agreed actions are past their day and not done."""
    return Visit.objects.filter(application=application, actions__done_at=None, actions__due_on__lt=today).aggregate(
        n=Count("actions")
    )["n"]


def without_mentor(cohort: Cohort) -> QuerySet[Application]:
    accompanied_now = Mentorship.objects.values("application_id")
    return cohort.applications.filter(standing=Standing.SELECTED).exclude(pk__in=accompanied_now)
