"""Setting up a programme and its intakes, and a centre's way through one: applying, passing, leaving.

How rounds are scored is ``hub.selection``'s, what happens in a stage ``hub.transformation``'s; both report here how
far a centre has come, so that there is one place that the funnel counts.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.audit.actors import Actor
from hub.centres.models import Centre
from hub.regions import zones
from kernel import files
from kernel.errors import DomainError
from kernel.files import Storable

from . import eligibility, models, rulebook
from .models import (
    EXPULSIONS,
    WITHDRAWALS,
    Application,
    Attachment,
    Cohort,
    CohortState,
    Exit,
    Passage,
    Programme,
    RuleVersion,
    Standing,
    draw_lot,
)  # fmt: skip

MOST_ATTACHMENTS = 10


class WrongStep(DomainError):
    """Where the intake or the application stands does not allow this step; somebody may have been quicker."""

    code = "wrong_step"


class Outdated(DomainError):
    """Somebody else has changed this since it was read."""

    code = "outdated"


class NotPublishable(DomainError):
    """The rules are not complete. ``problems`` says what is missing, in words."""

    code = "rules_incomplete"

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class NameTaken(DomainError):
    code = "name_taken"


class NotEligible(DomainError):
    """The centre does not meet the published conditions today. ``obstacles`` are the codes of those it misses."""

    code = "not_eligible"

    def __init__(self, obstacles: list[str]) -> None:
        super().__init__(_("Your centre does not meet all conditions of this programme."))
        self.obstacles = obstacles


class NotOpen(DomainError):
    """Applications are not being taken now."""

    code = "applications_closed"


class Incomplete(DomainError):
    """A part of the application has not been written yet."""

    code = "application_incomplete"


class TooMany(DomainError):
    code = "too_many"


# ---------------------------------------------------------------- programmes and their intakes


@transaction.atomic
def set_up(*, by: Actor, now: datetime, **said: Any) -> Programme:
    """A new programme. ``said``: its columns. Raises NameTaken, ValidationError."""
    programme = Programme(**said, created_at=now)
    _save_programme(programme)
    _record("programme.set_up", "programme", programme.pk, by=by, now=now, after={"name": programme.name})
    return programme


@transaction.atomic
def change(programme: Programme, *, by: Actor, now: datetime, **said: Any) -> Programme:
    """Change what a programme says of itself. Raises NameTaken, ValidationError."""
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    before = {key: getattr(programme, key) for key in said}
    for key, value in said.items():
        setattr(programme, key, value)
    _save_programme(programme)
    changed = [key for key in said if before[key] != said[key]]
    if changed:
        told_before, told_after = ({key: _told(v[key]) for key in changed} for v in (before, said))
        _record("programme.changed", "programme", programme.pk, by=by, now=now, before=told_before, after=told_after)
    return programme


def _told(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str | list) else str(value)


def _save_programme(programme: Programme) -> None:
    programme.name = programme.name.strip()
    programme.full_clean(validate_unique=False)
    try:
        with transaction.atomic():
            programme.save()
    except IntegrityError:
        raise NameTaken(_("There is a programme of this name already.")) from None


@transaction.atomic
def plan_cohort(
    programme: Programme, *, name: str, opens_on: Any, closes_on: Any, by: Actor, now: datetime,
    copy_of: Cohort | None = None,
) -> Cohort:  # fmt: skip
    """A new intake in preparation; with the rules of ``copy_of`` if given. Raises NameTaken, ValidationError."""
    design = copy_of.design if copy_of else rulebook.to_json(rulebook.Rules())
    cohort = Cohort(
        programme=programme, name=name.strip(), opens_on=opens_on, closes_on=closes_on, design=design,
        copied_from=copy_of, created_at=now,
    )  # fmt: skip
    _save_cohort(cohort)
    after = {"name": cohort.name, "copy_of": str(copy_of.pk) if copy_of else None}
    _record("cohort.planned", "cohort", cohort.pk, by=by, now=now, after=after)
    return cohort


@transaction.atomic
def reschedule(cohort: Cohort, *, name: str, opens_on: Any, closes_on: Any, by: Actor, now: datetime) -> Cohort:
    """Another name or other dates, while applications are not closed. Raises WrongStep, NameTaken, ValidationError."""
    cohort = _locked(cohort, CohortState.DRAFT, CohortState.OPEN)
    before = {"name": cohort.name, "opens_on": str(cohort.opens_on), "closes_on": str(cohort.closes_on)}
    cohort.name, cohort.opens_on, cohort.closes_on = name.strip(), opens_on, closes_on
    _save_cohort(cohort)
    after = {"name": cohort.name, "opens_on": str(cohort.opens_on), "closes_on": str(cohort.closes_on)}
    if before != after:
        _record("cohort.rescheduled", "cohort", cohort.pk, by=by, now=now, before=before, after=after)
    return cohort


def _save_cohort(cohort: Cohort) -> None:
    cohort.clean_fields()
    cohort.validate_constraints(exclude={"name"})  # whether the name is taken, the database decides
    try:
        with transaction.atomic():
            cohort.save()
    except IntegrityError:
        raise NameTaken(_("This programme has an intake of this name already.")) from None


@transaction.atomic
def design(cohort: Cohort, rules: rulebook.Rules, *, by: Actor, now: datetime) -> Cohort:
    """Write the draft of an intake's rules, complete or not. What is published stays. Raises WrongStep."""
    return redesign(cohort, lambda _draft: rules, by=by, now=now)


@transaction.atomic
def redesign(cohort: Cohort, change: Callable[[rulebook.Rules], rulebook.Rules], *, by: Actor, now: datetime) -> Cohort:
    """Change a part of the draft: ``change`` gets it as it stands now and gives it as it should be. Raises WrongStep.

    So two people who write different parts at the same time lose nothing; ``change`` may raise Outdated.
    """
    cohort = _locked(cohort, CohortState.DRAFT, CohortState.OPEN)
    document = rulebook.to_json(change(cohort.draft))
    if document != cohort.design:
        cohort.design = document
        cohort.save(update_fields=["design"])
        _record("cohort.designed", "cohort", cohort.pk, by=by, now=now)
    return cohort


@transaction.atomic
def publish(cohort: Cohort, *, by: Actor, now: datetime) -> RuleVersion:
    """Freeze the draft as the next version of the rules, and let every eligible centre apply.

    May be repeated until the first centre has applied. Raises NotPublishable, WrongStep.
    """
    cohort = _locked(cohort, CohortState.DRAFT, CohortState.OPEN)
    if cohort.applications.exclude(submitted_at=None).exists():
        raise WrongStep(_("A centre has applied by the published rules. Plan another intake for other rules."))
    if problems := cohort.draft.problems():
        raise NotPublishable(problems)
    version = RuleVersion.objects.create(
        cohort=cohort, number=cohort.versions.count() + 1, document=cohort.design, digest=_digest(cohort.design),
        published_at=now, published_by_id=by.user_id,
    )  # fmt: skip
    cohort.rules, cohort.state = version, CohortState.OPEN
    cohort.save(update_fields=["rules", "state"])
    count = _let_apply(cohort, version.content.eligibility, now=now)
    after = {"version": version.number, "digest": version.digest, "eligible": count}
    _record("cohort.published", "cohort", cohort.pk, by=by, now=now, after=after)
    return version


def _digest(document: dict[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _let_apply(cohort: Cohort, rules: rulebook.Eligibility, *, now: datetime) -> int:
    """Have exactly the eligible centres in the intake; what one of them has begun to write stays. Returns how many."""
    today = zones.today(now)
    found = eligibility.eligible(rules, today=today, demo=cohort.programme.is_demo)
    cohort.applications.exclude(centre__in=found).delete()
    fresh = [
        Application(
            cohort=cohort, centre=centre, lot=draw_lot(cohort.pk, centre.pk), updated_at=now, **_snapshot(centre)
        )
        for centre in found.exclude(applications__cohort=cohort).select_related("regency").prefetch_related("fields")
    ]
    Application.objects.bulk_create(fresh, batch_size=1000)
    _note_passages((one.pk for one in fresh), models.ELIGIBLE, now=now)
    return cohort.applications.count()


def _snapshot(centre: Centre) -> dict[str, Any]:
    return {
        "province": centre.regency.province_id,
        "fields": sorted(field.pk for field in centre.fields.all()),
        "is_women_led": centre.is_women_led,
    }


@transaction.atomic
def close_applications(cohort: Cohort, *, by: Actor, now: datetime) -> Cohort:
    """No more applications: selection begins with those that were sent. Raises WrongStep."""
    cohort = _locked(cohort, CohortState.OPEN)
    if not cohort.applications.filter(standing=Standing.APPLIED).exists():
        raise WrongStep(_("No centre has applied yet."))
    missed = cohort.applications.filter(standing=Standing.ELIGIBLE)
    count = missed.update(standing=Standing.OUT, exit=Exit.NOT_APPLIED, exited_at=now, updated_at=now)
    _move(cohort, CohortState.SELECTING, "cohort.applications_closed", by=by, now=now, after={"not_applied": count})
    return cohort


def begin_transformation(cohort: Cohort, *, by: Actor, now: datetime) -> Cohort:
    """Selection is over. Raises WrongStep."""
    with transaction.atomic():
        cohort = _locked(cohort, CohortState.SELECTING)
        return _move(cohort, CohortState.TRANSFORMING, "cohort.transformation_begun", by=by, now=now)


def close(cohort: Cohort, *, by: Actor, now: datetime) -> Cohort:
    """The intake is over: every centre has completed or left. Raises WrongStep."""
    with transaction.atomic():
        cohort = _locked(cohort, CohortState.TRANSFORMING)
        if cohort.applications.filter(standing__in=[Standing.SELECTED, Standing.WAITING]).exists():
            raise WrongStep(_("Some centres are still in transformation."))
        cohort.closed_at = now
        cohort.save(update_fields=["closed_at"])
        return _move(cohort, CohortState.CLOSED, "cohort.closed", by=by, now=now)


def _move(cohort: Cohort, state: CohortState, action: str, *, by: Actor, now: datetime, **more: Any) -> Cohort:
    before = cohort.state
    cohort.state = state
    cohort.save(update_fields=["state"])
    after = {"state": state.value, **more.get("after", {})}
    _record(action, "cohort", cohort.pk, by=by, now=now, before={"state": before}, after=after)
    return cohort


def _locked(cohort: Cohort, *states: CohortState) -> Cohort:
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("programme", "rules").get(pk=cohort.pk)
    if cohort.state not in states:
        raise WrongStep(
            _("“%(name)s” is at “%(state)s”; this step is not possible from there.")
            % {"name": cohort.name, "state": cohort.get_state_display()}
        )
    return cohort


# ---------------------------------------------------------------- a centre applies

_WRITTEN = ("motivation", "plan", "partners")


@transaction.atomic
def write(application: Application, said: Mapping[str, str], *, now: datetime) -> Application:
    """Keep what a centre has typed of its application. Raises NotOpen, WrongStep, ValidationError."""
    application = _open(application, now=now)
    for key in _WRITTEN:
        setattr(application, key, said.get(key, getattr(application, key)))
    application.updated_at = now
    application.clean_fields(exclude=[one.name for one in Application._meta.fields if one.name not in _WRITTEN])
    application.save(update_fields=[*_WRITTEN, "updated_at"])
    return application


def attach(application: Application, paper: Storable, *, title: str, now: datetime) -> Attachment:
    """Add a document. Call it on the hub (``kernel.schema.hub``). Raises NotOpen, WrongStep, TooMany."""
    with files.kept(paper) as name, transaction.atomic():
        application = _open(application, now=now)
        if application.attachments.count() >= MOST_ATTACHMENTS:
            raise TooMany(_("An application has at most %(most)d documents.") % {"most": MOST_ATTACHMENTS})
        return Attachment.objects.create(
            application=application, title=title.strip(), file=name, size=len(paper.content), added_at=now
        )


def detach(attachment: Attachment, *, now: datetime) -> None:
    """Delete a document of an application that was not sent yet. Call it on the hub. Raises NotOpen, WrongStep."""
    with transaction.atomic():
        _open(attachment.application, now=now)
        attachment.delete()
        files.remove_after_commit(attachment.file)


@transaction.atomic
def submit(application: Application, *, by: Actor, now: datetime) -> Application:
    """Send the application. The centre's facts are noted as they are. Raises NotOpen, Incomplete, NotEligible."""
    application = _open(application, now=now)
    if not (application.motivation.strip() and application.plan.strip()):
        raise Incomplete(_("Write why your centre wants to take part, and what it plans."))
    rules = application.cohort.rules
    assert rules is not None  # an open intake has some: constraint cohort_runs_by_rules
    centre = Centre.objects.select_related("regency").get(pk=application.centre_id)
    if missed := eligibility.obstacles(centre, rules.content.eligibility, today=zones.today(now)):
        raise NotEligible(missed)
    for key, value in _snapshot(centre).items():
        setattr(application, key, value)
    application.standing, application.submitted_at = Standing.APPLIED, now
    application.submitted_by_id, application.updated_at = by.user_id, now
    application.save()
    _note_passages([application.pk], models.APPLIED, now=now)
    _record("application.sent", "application", application.pk, by=by, now=now, centre_id=centre.pk)
    return application


def _open(application: Application, *, now: datetime) -> Application:
    """The application, locked, while its centre may still write it. Raises NotOpen, WrongStep."""
    application = (
        Application.objects.select_for_update(of=("self",)).select_related("cohort__rules").get(pk=application.pk)
    )
    cohort = application.cohort
    if cohort.state != CohortState.OPEN or not cohort.opens_on <= zones.today(now) <= cohort.closes_on:
        raise NotOpen(_("Applications for “%(name)s” are not being taken now.") % {"name": cohort.name})
    if application.standing != Standing.ELIGIBLE:
        raise WrongStep(_("This application was sent already."))
    return application


@transaction.atomic
def leave(
    application: Application, *, exit: Exit, note: str = "", by: Actor, now: datetime
) -> Application:  # fmt: skip
    """A centre withdraws or is expelled, with a reason of the fixed list. Raises WrongStep.

    Call ``hub.selection.operations.leave`` instead where a place may become free.
    """
    if exit not in (*WITHDRAWALS, *EXPULSIONS):
        raise ValueError(f"Nobody leaves of their own by {exit}")
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.standing in (Standing.OUT, Standing.COMPLETED):
        raise WrongStep(_("This centre is not taking part any more."))
    before = application.standing
    _put_out([application.pk], exit, note=note, now=now)
    application.refresh_from_db()
    action = "application.withdrawn" if exit in WITHDRAWALS else "application.expelled"
    after = {"exit": exit.value, "note": note}
    _record(action, "application", application.pk, by=by, now=now, before={"standing": before}, after=after,
            centre_id=application.centre_id)  # fmt: skip
    return application


# ---------------------------------------------------------------- how far centres come: for selection, transformation


def pass_round(applications: Iterable[uuid.UUID], number: int, *, now: datetime) -> None:
    """These have passed a round. Inside the transaction of what decided it."""
    ids = list(applications)
    Application.objects.filter(pk__in=ids).update(round_number=number, updated_at=now)
    _note_passages(ids, models.round_passed(number), now=now)


def select(applications: Iterable[uuid.UUID], *, now: datetime) -> None:
    """These are selected: transformation is open to them."""
    ids = list(applications)
    Application.objects.filter(pk__in=ids).update(
        standing=Standing.SELECTED, waiting_position=None, exit="", exit_note="", exited_at=None, updated_at=now
    )
    _note_passages(ids, models.SELECTED, now=now)


def put_in_line(applications: Iterable[uuid.UUID], *, first: int = 1, now: datetime) -> None:
    """These wait for a place, in this order, beginning at position ``first``."""
    waiting = [
        Application(pk=pk, standing=Standing.WAITING, waiting_position=place, exit="", exit_note="", exited_at=None,
                    updated_at=now)
        for place, pk in enumerate(applications, first)
    ]  # fmt: skip
    columns = ["standing", "waiting_position", "exit", "exit_note", "exited_at", "updated_at"]
    Application.objects.bulk_update(waiting, columns, batch_size=1000)


def put_out(applications: Iterable[uuid.UUID], exit: Exit, *, note: str = "", now: datetime) -> None:
    """These have not passed."""
    _put_out(list(applications), exit, note=note, now=now)


def take_back(application: uuid.UUID, *, now: datetime) -> None:
    """One that was put out is in selection again: its appeal was right."""
    Application.objects.filter(pk=application).update(
        standing=Standing.APPLIED, exit="", exit_note="", exited_at=None, waiting_position=None, updated_at=now
    )


def pass_stage(application: Application, number: int, *, is_last: bool, now: datetime) -> None:
    """A centre has met a stage's requirements; after the last one it has completed the programme."""
    application.stage_number = number
    application.standing = Standing.COMPLETED if is_last else Standing.SELECTED
    application.updated_at = now
    application.save(update_fields=["stage_number", "standing", "updated_at"])
    _note_passages([application.pk], models.stage_passed(number), now=now)
    if is_last:
        _note_passages([application.pk], models.COMPLETED, now=now)


def _put_out(ids: list[uuid.UUID], exit: Exit, *, note: str, now: datetime) -> None:
    Application.objects.filter(pk__in=ids).update(
        standing=Standing.OUT, exit=exit, exit_note=note, exited_at=now, waiting_position=None, updated_at=now
    )


def _note_passages(applications: Iterable[uuid.UUID], step: int, *, now: datetime) -> None:
    passages = [Passage(application_id=pk, step=step, at=now) for pk in applications]
    Passage.objects.bulk_create(passages, ignore_conflicts=True, batch_size=2000)


def _record(
    action: str, kind: str, pk: uuid.UUID, *, by: Actor, now: datetime, centre_id: uuid.UUID | None = None, **said: Any
) -> None:
    audit.record(by=by, action=action, object_type=kind, object_id=pk, now=now, centre_id=centre_id, **said)
