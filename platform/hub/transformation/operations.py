"""Taking selected centres through the stages: mentors, evidence, visits, sign-off by two people, maturity."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from hub.accounts.models import User
from hub.audit import operations as audit
from hub.audit.actors import Actor
from hub.centres import operations as centres
from hub.centres.models import Centre
from hub.programmes import operations as programmes
from hub.programmes.models import Application, Cohort, Exit, Standing
from hub.programmes.operations import Incomplete, TooMany, WrongStep
from hub.selection import queries as selection
from hub.selection.models import AppealState
from hub.selection.operations import Unfinished
from kernel import files
from kernel.errors import DomainError
from kernel.files import Storable
from kernel.uploads import Picture

from . import queries
from .models import (
    MOST_PHOTOS,
    AgreedAction,
    EvidenceState,
    MaturityAssessment,
    Mentorship,
    Moment,
    StageEvidence,
    StageRecord,
    StageState,
    Visit,
    VisitPhoto,
)  # fmt: skip


class RequirementsOpen(DomainError):
    """Not everything that a stage requires has been shown and accepted."""

    code = "requirements_open"


class SamePerson(DomainError):
    """Two different people sign."""

    code = "same_person"


class NotAMentor(DomainError):
    """Whoever accompanies a centre holds the role of a mentor."""

    code = "not_a_mentor"


@transaction.atomic
def begin(cohort: Cohort, *, by: Actor, now: datetime) -> int:
    """Start the first stage for every selected centre; the waiting list ends. Returns how many.

    Raises WrongStep, Unfinished (an appeal waits: an upheld one may still get a place).
    """
    cohort = programmes.begin_transformation(cohort, by=by, now=now)
    if selection.appeals(cohort).filter(state=AppealState.FILED).exists():
        raise Unfinished(_("Answer the appeals first."))
    selected = list(cohort.applications.filter(standing=Standing.SELECTED))
    if not selected:
        raise WrongStep(_("No centre has been selected."))
    waiting = cohort.applications.filter(standing=Standing.WAITING).values_list("pk", flat=True)
    programmes.put_out(waiting, Exit.NO_SEAT, now=now)
    StageRecord.objects.bulk_create([StageRecord(application=one, number=1, started_at=now) for one in selected])
    return len(selected)


@transaction.atomic
def give_mentor(application: Application, mentor: User, *, by: Actor, now: datetime) -> Mentorship:
    """From now on this mentor accompanies the centre. Raises NotAMentor, WrongStep (it is not taking part any more)."""
    if not queries.mentors().filter(pk=mentor.pk).exists():
        raise NotAMentor(_("%(name)s is no mentor. Give them the role first.") % {"name": mentor.name})
    application = _taking_part(application)
    before = Mentorship.objects.filter(application=application).values_list("mentor_id", flat=True).first()
    mentorship, _made = Mentorship.objects.update_or_create(
        application=application, defaults={"mentor": mentor, "since": now}
    )
    if before != mentor.pk:
        after = {"mentor": str(mentor.pk)}
        _record("mentor.given", application, by=by, now=now, after=after,
                before={"mentor": str(before)} if before else None)  # fmt: skip
    return mentorship


def _taking_part(application: Application) -> Application:
    """The application, locked, while its centre is in transformation. Raises WrongStep."""
    application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if application.standing != Standing.SELECTED:
        raise WrongStep(_("This centre is not taking part any more."))
    return application


@transaction.atomic
def give_mentors(applications: Iterable[Application], mentor: User, *, by: Actor, now: datetime) -> int:
    """Give many centres the same mentor, all or none. Returns how many. Raises as ``give_mentor``."""
    return len([give_mentor(one, mentor, by=by, now=now) for one in applications])


# ---------------------------------------------------------------- evidence


def show(
    stage: StageRecord, requirement: int, *, amount: int, text: str, paper: Storable | None, by: Actor, now: datetime
) -> StageEvidence:
    """A centre shows something for a requirement. Call it on the hub. Raises WrongStep, Incomplete."""
    if not text.strip() and paper is None:
        raise Incomplete(_("Describe what you show, or add a file."))
    with ExitStack() as stack:
        name = stack.enter_context(files.kept(paper)) if paper else ""
        stack.enter_context(transaction.atomic())
        stage = _running(stage)
        if not 0 <= requirement < len(stage.rules.requirements):
            raise Incomplete(_("There is no such requirement in this stage."))
        evidence = StageEvidence.objects.create(
            stage=stage, requirement=requirement, amount=amount, text=text.strip(), file=name,
            size=len(paper.content) if paper else 0, sent_by_id=by.user_id, sent_at=now,
        )  # fmt: skip
        _record("evidence.sent", stage.application, by=by, now=now,
                after={"stage": stage.number, "requirement": requirement})  # fmt: skip
        return evidence


@transaction.atomic
def check(evidence: StageEvidence, *, accepted: bool, comment: str = "", by: Actor, now: datetime) -> StageEvidence:
    """Accept what a centre shows, or send it back with a comment. Raises WrongStep, Incomplete.

    Evidence that is sent back takes the first signature with it: it stood for something that does not hold any more.
    """
    if not accepted and not comment.strip():
        raise Incomplete(_("Say what is missing, so that the centre can mend it."))
    stage = _running(evidence.stage)
    evidence = StageEvidence.objects.select_for_update().get(pk=evidence.pk)
    evidence.state = EvidenceState.ACCEPTED if accepted else EvidenceState.RETURNED
    evidence.checked_by_id, evidence.checked_at, evidence.comment = by.user_id, now, comment.strip()
    evidence.save(update_fields=["state", "checked_by", "checked_at", "comment"])
    after: dict[str, Any] = {"stage": stage.number, "requirement": evidence.requirement}
    if not accepted and stage.first_signed_by_id:
        stage.first_signed_by_id, stage.first_signed_at = None, None
        stage.save(update_fields=["first_signed_by", "first_signed_at"])
        after["signature"] = None
    action = "evidence.accepted" if accepted else "evidence.returned"
    _record(action, stage.application, by=by, now=now, reason=comment.strip()[:500], after=after)
    return evidence


# ---------------------------------------------------------------- sign-off


@transaction.atomic
def sign(stage: StageRecord, *, by: Actor, now: datetime) -> StageRecord:
    """Sign that a stage's requirements are met: two different people do. The second signature ends the stage.

    Raises WrongStep, RequirementsOpen, SamePerson.
    """
    stage = _running(stage)
    if not all(one.is_met for one in queries.progress(stage)):
        raise RequirementsOpen(_("Not everything that this stage requires has been accepted yet."))
    if stage.first_signed_by_id is None:
        stage.first_signed_by_id, stage.first_signed_at = by.user_id, now
        stage.save(update_fields=["first_signed_by", "first_signed_at"])
        _record("stage.signed", stage.application, by=by, now=now, after={"stage": stage.number})
        return stage
    if stage.first_signed_by_id == by.user_id:
        raise SamePerson(_("You have signed already. Somebody else gives the second signature."))
    stage.second_signed_by_id, stage.second_signed_at = by.user_id, now
    stage.state, stage.ended_at = StageState.PASSED, now
    stage.save(update_fields=["second_signed_by", "second_signed_at", "state", "ended_at"])
    programmes.pass_stage(stage.application, stage.number, is_last=stage.is_last, now=now)
    if not stage.is_last:
        StageRecord.objects.create(application=stage.application, number=stage.number + 1, started_at=now)
    _record("stage.passed", stage.application, by=by, now=now, after={"stage": stage.number})
    return stage


@transaction.atomic
def fail(stage: StageRecord, *, reason: str, by: Actor, now: datetime) -> StageRecord:
    """A centre has not met a stage's requirements in time and leaves the programme. Raises WrongStep, Incomplete."""
    if not reason.strip():
        raise Incomplete(_("Give a reason: the centre reads it."))
    stage = _running(stage)
    stage.state, stage.ended_at = StageState.FAILED, now
    stage.save(update_fields=["state", "ended_at"])
    programmes.put_out([stage.application_id], Exit.STAGE_FAILED, note=reason.strip()[:500], now=now)
    _record("stage.failed", stage.application, by=by, now=now, reason=reason.strip()[:500],
            after={"stage": stage.number})  # fmt: skip
    return stage


@transaction.atomic
def leave(application: Application, *, exit: Exit, note: str, by: Actor, now: datetime) -> Application:
    """A centre withdraws from its transformation or is expelled. Raises WrongStep."""
    application = programmes.leave(application, exit=exit, note=note, by=by, now=now)
    StageRecord.objects.filter(application=application, state=StageState.RUNNING).update(
        state=StageState.FAILED, ended_at=now
    )
    return application


def _running(stage: StageRecord) -> StageRecord:
    """The stage, locked, while its centre is in it. Raises WrongStep."""
    stage = (
        StageRecord.objects.select_for_update(of=("self",))
        .select_related("application__cohort__rules")
        .get(pk=stage.pk)
    )
    if stage.state != StageState.RUNNING or stage.application.standing != Standing.SELECTED:
        raise WrongStep(_("This stage is over."))
    return stage


# ---------------------------------------------------------------- visits


def note_visit(
    application: Application, *, visited_on: date, seen: str, photos: Sequence[Picture] = (),
    actions: Iterable[tuple[str, date]] = (), by: Actor, now: datetime,
) -> Visit:  # fmt: skip
    """A mentor was there. ``actions``: what was agreed, and until when. Call it on the hub.

    Raises Incomplete, TooMany (photos), WrongStep (the centre is not taking part any more).
    """
    if not seen.strip():
        raise Incomplete(_("Write what you saw."))
    if visited_on > now.astimezone(application.centre.zone).date():
        raise Incomplete(_("Note a visit after it has taken place."))
    if len(photos) > MOST_PHOTOS:
        raise TooMany(_("A visit has at most %(most)d photos.") % {"most": MOST_PHOTOS})
    with ExitStack() as stack:
        names = [stack.enter_context(files.kept(photo)) for photo in photos]
        stack.enter_context(transaction.atomic())
        application = _taking_part(application)
        visit = Visit.objects.create(
            application=application, mentor_id=by.user_id, stage_number=application.stage_number + 1,
            visited_on=visited_on, seen=seen.strip(), noted_at=now,
        )  # fmt: skip
        VisitPhoto.objects.bulk_create(
            [
                VisitPhoto(visit=visit, file=name, width=photo.width, height=photo.height)
                for name, photo in zip(names, photos, strict=True)
            ]
        )
        AgreedAction.objects.bulk_create(
            [AgreedAction(visit=visit, text=text.strip(), due_on=due_on) for text, due_on in actions if text.strip()]
        )
        _record("visit.noted", application, by=by, now=now, after={"visited_on": visited_on.isoformat()})
        return visit


def add_photo(visit: Visit, photo: Picture, *, by: Actor, now: datetime) -> VisitPhoto:
    """One more photo of a visit: on a weak network one at a time is surer. Call it on the hub. Raises TooMany."""
    with files.kept(photo) as name, transaction.atomic():
        visit = Visit.objects.select_for_update(of=("self",)).select_related("application").get(pk=visit.pk)
        if visit.photos.count() >= MOST_PHOTOS:
            raise TooMany(_("A visit has at most %(most)d photos.") % {"most": MOST_PHOTOS})
        _record("visit.photo_added", visit.application, by=by, now=now, after={"visit": str(visit.pk)})
        return VisitPhoto.objects.create(visit=visit, file=name, width=photo.width, height=photo.height)


@transaction.atomic
def finish_action(action: AgreedAction, *, is_done: bool, by: Actor, now: datetime) -> AgreedAction:
    """Note that an agreed action is done, or that it is not after all."""
    action = AgreedAction.objects.select_for_update(of=("self",)).select_related("visit__application").get(pk=action.pk)
    action.done_at = now if is_done else None
    action.save(update_fields=["done_at"])
    _record("action.finished", action.visit.application, by=by, now=now, after={"done": is_done})
    return action


# ---------------------------------------------------------------- maturity


@transaction.atomic
def assess_maturity(
    application: Application, moment: Moment, levels: Sequence[int], *, note: str = "", by: Actor, now: datetime
) -> MaturityAssessment:
    """How far the centre meets each of the eight standards (0 to 4, in the order of ``Standard``).

    Raises ValidationError.
    """
    said = {"levels": list(levels), "note": note.strip(), "assessed_by_id": by.user_id, "assessed_at": now}
    MaturityAssessment(**said).clean_fields(exclude=["application", "moment", "assessed_by"])
    assessment, _made = MaturityAssessment.objects.update_or_create(
        application=application, moment=moment, defaults=said
    )
    _record("maturity.assessed", application, by=by, now=now, after={"moment": moment.value, "levels": list(levels)})
    return assessment


def raise_class(application: Application, maturity_class: str, *, evidence: str, by: Actor, now: datetime) -> Centre:
    """Put a centre into another class of the ladder, with what shows it. Raises Incomplete, ValidationError."""
    if not evidence.strip():
        raise Incomplete(_("Say what shows that the centre belongs to this class."))
    centre = Centre.objects.get(pk=application.centre_id)
    return centres.classify(centre, maturity_class=maturity_class, reason=evidence.strip()[:300], by=by, now=now)


def _record(action: str, application: Application, *, by: Actor, now: datetime, **said: Any) -> None:
    audit.record(by=by, action=action, object_type="application", object_id=application.pk, now=now,
                 centre_id=application.centre_id, **said)  # fmt: skip
