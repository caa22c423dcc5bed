"""A mentor's desk: their centres, and one of them with its stages, visits, maturity and class.

Whoever runs programmes does the same here; officers of the centre's province read.
"""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts.roles import Role
from hub.audit import queries as audit
from hub.programmes.models import Standing
from hub.transformation import operations, queries
from hub.transformation.models import Moment
from hub.transformation.queries import Access
from kernel.errors import DomainError, NotVisible
from workflows import accompanying

from .. import downloads, stage_words
from ..people import View, actor, ministry, person
from ..stage_forms import ClassForm, FailForm, MaturityForm, ReturnForm, VisitForm, VisitPhotoForm

MOMENTS = {"sebelum": Moment.BEFORE, "sesudah": Moment.AFTER}
_CLASSES_SHOWN = 20


@require_safe
@never_cache
@ministry
def desk(request: HttpRequest) -> HttpResponse:
    """A mentor's centres, those first in which something waits."""
    if Role.MENTOR not in request.roles:  # type: ignore[attr-defined]
        raise NotVisible
    user, today = person(request), timezone.localdate()
    mine: list[Any] = list(queries.accompanied(user, today=today))  # with what waits, as annotated
    under_way = [
        (one, stage_words.stages(one, one.stages.all(), today=today))
        for one in mine
        if one.standing == Standing.SELECTED
    ]
    cards = [(one, shown, stage_words.current(shown)) for one, shown in under_way]
    to_sign = {one.pk for one, _shown, now in cards if now is not None and now.may_be_signed_by(user)}
    cards.sort(key=lambda card: (-_weight(card[0]) - (card[0].pk in to_sign), card[0].centre.name))
    context = {
        "cards": cards,
        "former": [one for one in mine if one.standing != Standing.SELECTED],
        "to_check": sum(one.to_check for one, *_rest in cards),
        "overdue": sum(one.overdue for one, *_rest in cards),
        "visits_due": sum(one.visit_due for one, *_rest in cards),
        "to_sign": to_sign,
    }
    return render(request, "pages/ministry/programmes/mentoring.html", context)


def _weight(one: Any) -> int:
    return (one.to_check > 0) * 4 + (one.overdue > 0) * 2 + bool(one.visit_due)


# ---------------------------------------------------------------- one centre


def behind(*, writes: bool = False) -> Callable[[Callable[..., HttpResponse]], View]:
    """The door of one centre: the view gets an ``Access`` in place of the id. ``writes``: not for who only reads."""

    def decorate(view: Callable[..., HttpResponse]) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, application_id: uuid.UUID, **kwargs: Any) -> HttpResponse:
            access = queries.door(person(request), application_id)
            if writes and not access.may_write:
                raise NotVisible
            return view(request, access, **kwargs)

        return never_cache(ministry(guarded))

    return decorate


def _frame(access: Access) -> dict[str, Any]:
    """What every side of one centre shows."""
    application = access.application
    return {
        "access": access,
        "application": application,
        "centre": application.centre,
        "cohort": application.cohort,
        "mentor": getattr(application, "mentorship", None),
        "takes_part": application.standing == Standing.SELECTED,
        "writes": access.may_write and application.standing == Standing.SELECTED,
        "overdue": queries.overdue(application, today=timezone.localdate()),
    }


@require_safe
@behind()
def stages(request: HttpRequest, access: Access) -> HttpResponse:
    """Its stages: what each requires and how far, evidence, signatures."""
    application = access.application
    shown = stage_words.stages(application, queries.stages(application), today=timezone.localdate())
    now = stage_words.current(shown)
    context = {
        **_frame(access),
        "stages": shown,
        "now": now,
        "others": [one for one in shown if one is not now],
        "may_sign": access.may_write and now is not None and now.may_be_signed_by(person(request)),
        "return_form": ReturnForm(),
    }
    return render(request, "pages/ministry/programmes/mentored.html", context)


@require_POST
@behind(writes=True)
def check(request: HttpRequest, access: Access, evidence_id: uuid.UUID) -> HttpResponse:
    """Accept evidence, or send it back with a comment."""
    evidence = queries.evidence_of(access.application, evidence_id)
    accepted, comment = request.POST.get("jawaban") == "terima", request.POST.get("comment", "")[:1000]
    try:
        accompanying.check(evidence, accepted=accepted, comment=comment, by=actor(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Accepted.") if accepted else _("Sent back. The centre is told by mail."))
    return redirect("hub:mentored", access.application.pk)


@require_POST
@behind(writes=True)
def sign(request: HttpRequest, access: Access, number: int) -> HttpResponse:
    """Sign that a stage's requirements are met."""
    stage = queries.stage_of(access.application, number)
    try:
        signed = operations.sign(stage, by=actor(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        done = (
            _("Signed. The stage is completed.") if signed.second_signed_by_id else _("Signed. A second person signs.")
        )
        messages.success(request, done)
    return redirect("hub:mentored", access.application.pk)


@behind(writes=True)
def fail(request: HttpRequest, access: Access, number: int) -> HttpResponse:
    """A centre has not met a stage's requirements and leaves the programme: for who runs programmes."""
    if not access.manages:
        raise NotVisible
    stage = queries.stage_of(access.application, number)
    form = FailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.fail(stage, reason=form.cleaned_data["reason"], by=actor(request), now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The stage has ended; the centre no longer takes part."))
            return redirect("hub:mentored", access.application.pk)
    context = {**_frame(access), "stage": stage, "form": form, "is_possible": queries.is_running(stage)}
    return render(request, "pages/ministry/programmes/fail_stage.html", context)


@require_safe
@behind()
def evidence(request: HttpRequest, access: Access, name: str) -> HttpResponse:
    """A file that the centre showed."""
    shown = queries.evidence_file(access.application, name)
    called = slugify(f"bukti-{access.application.centre.name}-{shown.sent_at:%Y-%m-%d}")
    return downloads.of_file(name, is_private=True, called=called)


# ---------------------------------------------------------------- visits


@require_safe
@behind()
def visits(request: HttpRequest, access: Access) -> HttpResponse:
    context = {**_frame(access), "visits": queries.visits(access.application), "photo_form": VisitPhotoForm()}
    return render(request, "pages/ministry/programmes/mentored_visits.html", context)


@behind(writes=True)
def note_visit(request: HttpRequest, access: Access) -> HttpResponse:
    """What was seen, photos, and what was agreed until when."""
    form = VisitForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if limited := ratelimit.consume_or_429(request, action="upload", user=person(request)):
            return limited
        if form.is_valid() and _noted(request, access, form):
            messages.success(request, _("The visit is noted. The centre reads it in its space."))
            return redirect("hub:mentored_visits", access.application.pk)
    return render(request, "pages/ministry/programmes/note_visit.html", {**_frame(access), "form": form})


def _noted(request: HttpRequest, access: Access, form: VisitForm) -> bool:
    said = {name: form.cleaned_data[name] for name in ("visited_on", "seen", "photos")}
    try:
        operations.note_visit(access.application, **said, actions=form.agreed, by=actor(request), now=timezone.now())
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True


@require_POST
@behind(writes=True)
def add_photo(request: HttpRequest, access: Access, visit_id: uuid.UUID) -> HttpResponse:
    """One more photo of a visit that is noted."""
    visit = queries.visit_of(access.application, visit_id)
    if limited := ratelimit.consume_or_429(request, action="upload", user=person(request)):
        return limited
    form = VisitPhotoForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            operations.add_photo(visit, form.cleaned_data["photo"], by=actor(request), now=timezone.now())
            messages.success(request, _("The photo is there."))
        else:
            messages.error(request, " ".join(str(error) for error in form.errors["photo"]))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("hub:mentored_visits", access.application.pk)


@require_safe
@behind()
def photo(request: HttpRequest, access: Access, name: str) -> HttpResponse:
    """A photo of a visit."""
    return downloads.of_file(queries.photo_file(access.application, name).file, is_private=True)


@require_POST
@behind(writes=True)
def finish(request: HttpRequest, access: Access, action_id: int) -> HttpResponse:
    """Tick an agreed action off, or open it again."""
    action = queries.action_of(access.application, action_id)
    operations.finish_action(action, is_done=request.POST.get("selesai") == "1", by=actor(request), now=timezone.now())
    messages.success(request, _("The change is saved."))
    return redirect("hub:mentored_visits", access.application.pk)


# ---------------------------------------------------------------- maturity and class


@require_safe
@behind()
def maturity(request: HttpRequest, access: Access) -> HttpResponse:
    """The eight standards before and after."""
    assessments = list(access.application.maturity.select_related("assessed_by"))
    found = queries.maturity(assessments)
    context = {
        **_frame(access),
        "assessments": assessments,
        "maturity": found,
        "radar": stage_words.radar(found),
        "gain": stage_words.gain(found),
        "may_assess": access.may_write and access.application.standing != Standing.OUT,
    }
    return render(request, "pages/ministry/programmes/mentored_maturity.html", context)


@behind(writes=True)
def assess(request: HttpRequest, access: Access, word: str) -> HttpResponse:
    """Assess the eight standards before or after the programme."""
    moment = MOMENTS.get(word)
    if moment is None or access.application.standing == Standing.OUT:
        raise NotVisible
    known = access.application.maturity.filter(moment=moment).first()
    initial = {"note": known.note} if known else None
    form = MaturityForm(request.POST or None, levels=known.levels if known else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        operations.assess_maturity(
            access.application, moment, form.levels, note=form.cleaned_data["note"], by=actor(request),
            now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("The assessment is saved."))
        return redirect("hub:mentored_maturity", access.application.pk)
    context = {**_frame(access), "form": form, "moment": moment, "is_before": moment == Moment.BEFORE}
    return render(request, "pages/ministry/programmes/assess_maturity.html", context)


@behind()
def ladder(request: HttpRequest, access: Access) -> HttpResponse:
    """The centre's class on the ladder, with what showed it; and putting it on another rung."""
    centre = access.application.centre
    form = ClassForm(request.POST or None, initial={"maturity_class": centre.maturity_class or None})
    if request.method == "POST":
        if not access.may_write:
            raise NotVisible
        if form.is_valid() and _classified(request, access, form):
            messages.success(request, _("The class is noted."))
            return redirect("hub:mentored_class", access.application.pk)
    changes = audit.trail(centre_id=centre.pk, actions=("centre.corrected",)).filter(after__has_key="maturity_class")
    context = {**_frame(access), "form": form if access.may_write else None, "rungs": form.rungs,
               "changes": changes[:_CLASSES_SHOWN]}  # fmt: skip
    return render(request, "pages/ministry/programmes/mentored_class.html", context)


def _classified(request: HttpRequest, access: Access, form: ClassForm) -> bool:
    try:
        operations.raise_class(
            access.application, form.cleaned_data["maturity_class"], evidence=form.cleaned_data["evidence"],
            by=actor(request), now=timezone.now(),
        )  # fmt: skip
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True
