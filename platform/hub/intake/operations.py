"""Writing applications of centres and the codes of those that are registered already.

An application is begun without an account, by a link; kept after each step; sent; taken by an official, asked back
with remarks on single fields, sent again; at last approved (see ``workflows.admission``), rejected or withdrawn. While
the ministry owes an answer, nothing of it expires; in every other state all of it goes some time later, files and all.

What an applicant does stands in the trail without name and address: the trail is for good, their data are not.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.accounts import consents
from hub.accounts import queries as accounts
from hub.accounts.models import User
from hub.accounts.operations import MayNot
from hub.accounts.roles import KEEPER_ROLES
from hub.audit import operations as audit
from hub.audit.actors import SYSTEM, Actor
from hub.centres import naming
from hub.centres.models import Centre, derive_code
from kernel import files, tokens
from kernel.errors import DomainError
from kernel.files import Storable

from . import clock, codes, queries
from .facts import Facts
from .models import (
    ASKED_LASTS,
    DECIDED_LASTS,
    DRAFT_LASTS,
    EDITABLE_STATES,
    OPEN_STATES,
    Application,
    ApplicationState,
    ClaimCode,
    Link,
    Moment,
    MomentKind,
    Paper,
    PaperKind,
)

CONSENT = "centre_application"
CODE_LASTS = timedelta(days=60)
_ACTIONS = {
    MomentKind.BEGUN: "intake.begun",
    MomentKind.SENT: "intake.sent",
    MomentKind.TAKEN: "intake.taken",
    MomentKind.HANDED_BACK: "intake.handed_back",
    MomentKind.ASKED: "intake.asked",
    MomentKind.SENT_AGAIN: "intake.sent_again",
    MomentKind.APPROVED: "intake.approved",
    MomentKind.REJECTED: "intake.rejected",
    MomentKind.WITHDRAWN: "intake.withdrawn",
}


class WrongStep(DomainError):
    """Where the application stands does not allow this step; somebody may have been quicker."""

    code = "wrong_step"


class TakenByOther(DomainError):
    """Another official is at work on it."""

    code = "taken_by_other"


class ReasonMissing(DomainError):
    """The applicant has to read why."""

    code = "reason_missing"


class NothingAsked(DomainError):
    """Asked back without a single remark: the applicant would not know what to do."""

    code = "nothing_asked"


class CannotClaim(DomainError):
    """The centre is not one that can be claimed: it is closed, or somebody leads it."""

    code = "cannot_claim"


class CodeRefused(DomainError):
    """The code is another centre's, was used or replaced, or has expired; which of these, nobody is told."""

    code = "code_refused"


# ---------------------------------------------------------------- the applicant's steps


@transaction.atomic
def begin(typed: queries.Typed, *, now: datetime, is_demo: bool = False) -> tuple[Application, str]:
    """Begin an application with what its first page says. Returns it and the token of its link."""
    application = Application(
        typed=json.dumps(typed), is_demo=is_demo, created_at=now, updated_at=now, expires_at=now + DRAFT_LASTS
    )
    _assign_code(application)
    application.save(force_insert=True)
    token = add_link(application, now=now)
    _happened(application, MomentKind.BEGUN, by=SYSTEM, now=now)
    return application, token


def _assign_code(application: Application) -> None:
    """As centres get theirs; on a clash (40 bits), the next of the same id."""
    for attempt in range(8):
        application.code = derive_code(application.pk, attempt)
        if not Application.objects.filter(code=application.code).exists():
            return
    raise RuntimeError(f"No free code for application {application.pk}")


def add_link(application: Application, *, now: datetime) -> str:
    """Another link to it, for a mail; those before go on working. Returns its token."""
    token, token_hash = tokens.new()
    Link.objects.create(application=application, token_hash=token_hash, created_at=now)
    return token


@transaction.atomic
def keep_typed(application: Application, typed: queries.Typed, *, now: datetime) -> None:
    """Keep what was typed so far. Leaves no trace: nobody else sees it yet. Raises WrongStep once it was sent."""
    application = _editable(application)
    application.typed, application.updated_at = json.dumps(typed), now
    if application.state == ApplicationState.DRAFT:
        application.expires_at = now + DRAFT_LASTS
    application.save(update_fields=["typed", "updated_at", "expires_at"])


def add_paper(application: Application, kind: PaperKind, document: Storable, *, now: datetime) -> Paper:
    """Put a document to it, in place of one of the same kind. Raises WrongStep once it was sent."""
    with files.kept(document) as name, transaction.atomic():
        application = _editable(application)
        _remove_papers(application, kind=kind)
        return Paper.objects.create(
            application=application, kind=kind, file=name, size=len(document.content), added_at=now
        )


@transaction.atomic
def remove_paper(application: Application, kind: PaperKind) -> None:
    """Take a document away again, and delete it. Raises WrongStep once it was sent."""
    _remove_papers(_editable(application), kind=kind)


def _remove_papers(application: Application, **which: Any) -> None:
    """Rows now, files after the commit."""
    papers = application.papers.filter(**which)
    for name in papers.values_list("file", flat=True):
        files.remove_after_commit(name)
    papers.delete()


@transaction.atomic
def send(application: Application, facts: Facts, *, now: datetime) -> Application:
    """Send it to the ministry, for the first time or again after it was asked back. Raises WrongStep.

    Whoever sends agrees to the current wording of the consent. Sent again it goes to the official who had it, with the
    working days that were left, one at least.
    """
    application = _editable(application)
    facts = replace(facts, name=_tidy(facts.name), foundation=_tidy(facts.foundation), village=_tidy(facts.village))
    is_first = application.state == ApplicationState.DRAFT
    changed = [] if is_first else _changed(application, facts)
    application.due_on = _due(application, now=now)
    for column in ("name", "foundation", "village", "vin"):
        setattr(application, column, getattr(facts, column))
    application.regency_id, application.facts = facts.regency, facts.to_json()
    consent = consents.current(CONSENT)
    application.consent_version, application.consent_language = consent.version, consent.language
    application.sent_at = application.sent_at or now
    application.state = ApplicationState.TAKEN if application.taken_by_id else ApplicationState.SENT
    application.updated_at, application.expires_at = now, None
    application.clean_fields(exclude=["typed", "facts"])
    application.save()
    kind = MomentKind.SENT if is_first else MomentKind.SENT_AGAIN
    about = dict.fromkeys(changed, "")
    _happened(application, kind, by=SYSTEM, now=now, about=about)
    return application


def _tidy(name: str) -> str:
    return naming.readable(naming.clean(name))


def _changed(application: Application, facts: Facts) -> list[str]:
    """Names of the facts and papers that are others than when it was asked back."""
    asked = queries.last_asked(application)
    papers = application.papers.filter(added_at__gte=asked.at) if asked else application.papers.none()
    return [
        *facts.changed_since(queries.facts_of(application)),
        *papers.values_list("kind", flat=True),
    ]


def _due(application: Application, *, now: datetime) -> date:
    today = timezone.localdate(now)
    asked = queries.last_asked(application)
    if application.due_on is None or asked is None:
        return clock.after(today, clock.TARGET)
    left = clock.between(timezone.localdate(asked.at), application.due_on)
    return clock.after(today, max(1, left))


@transaction.atomic
def withdraw(application: Application, *, now: datetime) -> Application:
    """The applicant does not want it any more; its documents go at once. Raises WrongStep once it is decided."""
    application = _locked(application)
    if application.state not in (*OPEN_STATES, ApplicationState.ASKED):
        raise WrongStep(_("This application is decided already."))
    _remove_papers(application)
    return _move(
        application, ApplicationState.WITHDRAWN, MomentKind.WITHDRAWN, by=SYSTEM, now=now,
        expires_at=now + DECIDED_LASTS, taken_by=None,
    )  # fmt: skip


@transaction.atomic
def discard(application: Application, *, now: datetime) -> None:
    """Delete a draft and all that was typed. Raises WrongStep for one that was sent."""
    application = _locked(application)
    if application.state != ApplicationState.DRAFT:
        raise WrongStep(_("This application was sent already. You can withdraw it."))
    _record("intake.discarded", application, by=SYSTEM, now=now)
    _remove(application)


def _remove(application: Application) -> None:
    _remove_papers(application)
    application.delete()


def remove_expired(*, now: datetime) -> int:
    """Delete every application whose time is over, with its files. Returns how many; run again, none."""
    over = list(Application.objects.filter(expires_at__lte=now).values_list("pk", flat=True))
    removed = 0
    for pk in over:
        with transaction.atomic():
            application = Application.objects.select_for_update().filter(pk=pk, expires_at__lte=now).first()
            if application is not None:
                _record("intake.removed", application, by=SYSTEM, now=now)
                _remove(application)
                removed += 1
    return removed


# ---------------------------------------------------------------- the ministry's steps


@transaction.atomic
def take(
    application: Application, *, decider: User, by: Actor, now: datetime, even_from_other: bool = False
) -> Application:
    """An official says that they are at it. Raises WrongStep, TakenByOther unless ``even_from_other``, MayNot."""
    application = _for_ministry(application, decider)
    if application.taken_by_id == decider.pk:
        return application
    if application.taken_by_id and not even_from_other:
        raise TakenByOther(_("%(name)s is at work on it.") % {"name": application.taken_by})
    return _move(
        application, ApplicationState.TAKEN, MomentKind.TAKEN, by=by, now=now, decider=decider, taken_by=decider
    )


@transaction.atomic
def hand_back(application: Application, *, decider: User, by: Actor, now: datetime) -> Application:
    """Give it back to the queue, for anybody. Raises WrongStep, TakenByOther, MayNot."""
    application = to_decide(application, decider=decider)
    if application.state != ApplicationState.TAKEN:
        raise WrongStep(_("Nobody has taken this application."))
    return _move(
        application, ApplicationState.SENT, MomentKind.HANDED_BACK, by=by, now=now, decider=decider, taken_by=None
    )


@transaction.atomic
def ask_back(  # noqa: PLR0913
    application: Application, *, remarks: Mapping[str, str], note: str, decider: User, by: Actor, now: datetime
) -> Application:
    """Send it back to its applicant: ``remarks`` by the name of a fact or paper, ``note`` about the whole.

    The ministry's clock stands still until it is sent again. Raises NothingAsked, WrongStep, TakenByOther, MayNot.
    """
    remarks = {name: text.strip() for name, text in remarks.items() if text.strip()}
    if not remarks and not note.strip():
        raise NothingAsked(_("Say at one field at least what is missing."))
    application = to_decide(application, decider=decider)
    return _move(
        application, ApplicationState.ASKED, MomentKind.ASKED, by=by, now=now, decider=decider, taken_by=decider,
        expires_at=now + ASKED_LASTS, note=note.strip(), about=remarks,
    )  # fmt: skip


@transaction.atomic
def reject(application: Application, *, reason: str, decider: User, by: Actor, now: datetime) -> Application:
    """Say no, with the reason that the applicant reads. Raises ReasonMissing, WrongStep, TakenByOther, MayNot."""
    if not reason.strip():
        raise ReasonMissing(_("Say why: the applicant reads it."))
    application = to_decide(application, decider=decider)
    return _move(
        application, ApplicationState.REJECTED, MomentKind.REJECTED, by=by, now=now, decider=decider,
        decided_by=decider, decided_at=now, reason=reason.strip(), expires_at=now + DECIDED_LASTS,
    )  # fmt: skip


def to_decide(application: Application, *, decider: User) -> Application:
    """The application, locked until the transaction ends: of two who decide at once the second finds it decided.

    Raises WrongStep, TakenByOther, MayNot.
    """
    application = _for_ministry(application, decider)
    if application.taken_by_id and application.taken_by_id != decider.pk:
        raise TakenByOther(_("%(name)s is at work on it.") % {"name": application.taken_by})
    return application


def note_approved(application: Application, centre: Centre, *, decider: User, by: Actor, now: datetime) -> Application:
    """It has become this centre, in the same transaction. Raises WrongStep if another application was that already."""
    try:
        with transaction.atomic():
            return _move(
                application, ApplicationState.APPROVED, MomentKind.APPROVED, by=by, now=now, decider=decider,
                decided_by=decider, decided_at=now, centre=centre, expires_at=now + DECIDED_LASTS,
            )  # fmt: skip
    except IntegrityError:
        raise WrongStep(_("Another application was approved for this centre already.")) from None


def note_paper_read(paper: Paper, *, by: Actor, now: datetime) -> None:
    """Who of the ministry opened which document stands in the trail."""
    _record("intake.paper_opened", paper.application, by=by, now=now, after={"document": paper.kind})


def _for_ministry(application: Application, decider: User) -> Application:
    """Locked, owed an answer, and in this person's provinces."""
    application = _locked(application)
    limit = accounts.provinces_of(decider, KEEPER_ROLES)
    if not accounts.keeps_centres(decider):
        raise MayNot(_("You may not decide on applications."))
    if limit is not None and application.regency and application.regency.province_id not in limit:
        raise MayNot(_("This application is outside your provinces."))
    if application.state not in OPEN_STATES:
        raise WrongStep(_("This application does not wait for the ministry any more."))
    return application


# ---------------------------------------------------------------- claim codes


@transaction.atomic
def issue_code(centre: Centre, *, issuer: User, by: Actor, now: datetime) -> str:
    """A code by which the centre can claim its space, for two months; one before it ends. Returns it, this once.

    Raises CannotClaim, MayNot.
    """
    centre = Centre.objects.select_for_update(of=("self",)).select_related("regency").get(pk=centre.pk)
    if not accounts.keeps(issuer, centre):
        raise MayNot(_("This centre is outside your provinces."))
    if not queries.is_claimable(centre, has_head=bool(queries.centres_with_head([centre.pk]))):
        raise CannotClaim(_("“%(name)s” cannot be claimed.") % {"name": centre.name})
    ClaimCode.objects.filter(centre=centre, used_at=None, ended_at=None).update(ended_at=now)
    code = codes.new()
    ClaimCode.objects.create(
        centre=centre, code_hash=codes.hash_of(code), issued_by=issuer, issued_at=now, expires_at=now + CODE_LASTS
    )
    _record_code("claim.issued", centre.pk, by=by, now=now)
    return code


def issue_codes(centres: Iterable[Centre], *, issuer: User, by: Actor, now: datetime) -> list[tuple[Centre, str]]:
    """For many at once; those that cannot be claimed any more are left out. Returns centres and codes as they came."""
    issued = []
    with transaction.atomic():
        # In one order, so that two who issue for the same centres do not wait for each other.
        for centre in sorted(centres, key=lambda one: str(one.pk)):
            try:
                issued.append((centre, issue_code(centre, issuer=issuer, by=by, now=now)))
            except CannotClaim:
                continue
    return sorted(issued, key=lambda one: (one[0].name, one[0].code))


@transaction.atomic
def end_code(centre: Centre, *, by: Actor, now: datetime) -> None:
    """Make the centre's code useless. Where there is none, nothing happens."""
    if ClaimCode.objects.filter(centre=centre, used_at=None, ended_at=None).update(ended_at=now):
        _record_code("claim.ended", centre.pk, by=by, now=now)


def use_code(centre: Centre, typed: str, *, now: datetime) -> ClaimCode:
    """Use up the centre's code, in the transaction of what it opens: of two who type it at once one gets in.

    Raises CodeRefused.
    """
    code = queries.code_typed(centre.pk, typed).select_for_update(of=("self",)).first()
    if code is None or not code.is_open(now):
        raise CodeRefused(_("This code does not fit. Look at the letter again, or ask the ministry for a new one."))
    code.used_at = now
    code.save(update_fields=["used_at"])
    _record_code("claim.used", centre.pk, by=SYSTEM, now=now)
    return code


def _record_code(action: str, centre_id: uuid.UUID, *, by: Actor, now: datetime) -> None:
    """In the centre's own chain."""
    audit.record(by=by, action=action, object_type="centre", object_id=centre_id, centre_id=centre_id, now=now)


# ---------------------------------------------------------------- what they have in common


def _locked(application: Application) -> Application:
    """Of two who change it at once, the second sees what the first did. Raises WrongStep if it is gone."""
    rows = Application.objects.select_for_update(of=("self",)).select_related("regency", "taken_by")
    found = rows.filter(pk=application.pk).first()
    if found is None:
        raise WrongStep(_("This application is gone."))
    return found


def _editable(application: Application) -> Application:
    application = _locked(application)
    if application.state not in EDITABLE_STATES:
        raise WrongStep(_("This application was sent already; it cannot be changed now."))
    return application


def _move(  # noqa: PLR0913
    application: Application,
    state: ApplicationState,
    kind: MomentKind,
    *,
    by: Actor,
    now: datetime,
    decider: User | None = None,
    note: str = "",
    about: Mapping[str, str] | None = None,
    **columns: Any,
) -> Application:
    for column, value in {**columns, "state": state, "updated_at": now}.items():
        setattr(application, column, value)
    application.save()
    reason = application.reason if state == ApplicationState.REJECTED else ""
    _happened(
        application, kind, by=by, now=now, decider=decider, note=note or reason,
        about=about, reason=reason,
    )  # fmt: skip
    return application


def _happened(  # noqa: PLR0913
    application: Application,
    kind: MomentKind,
    *,
    by: Actor,
    now: datetime,
    decider: User | None = None,
    note: str = "",
    about: Mapping[str, str] | None = None,
    reason: str = "",
) -> None:
    """A moment for the applicant, and an entry of the trail, which keeps neither what was asked nor any name."""
    Moment.objects.create(application=application, kind=kind, at=now, by=decider, note=note, about=dict(about or {}))
    after = {"code": application.code}
    if application.centre:
        after["centre"] = application.centre.code
    _record(_ACTIONS[kind], application, by=by, now=now, after=after, reason=reason[:500])


def _record(action: str, application: Application, *, by: Actor, now: datetime, **what: Any) -> None:
    audit.record(by=by, action=action, object_type="centre_application", object_id=application.pk, now=now, **what)
