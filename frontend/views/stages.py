"""An intake in transformation, for who runs it: the stage board, mentors, beginning, leaving and closing."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.programmes import operations as programmes
from hub.programmes import queries as rooms
from hub.programmes.models import EXPULSIONS, Application, Cohort, CohortState, Standing
from hub.transformation import operations, queries
from kernel.errors import DomainError, NotVisible

from ..listing import list_page, ticked
from ..people import actor, ministry, person
from ..stage_forms import LeaveForm, MentorForm
from ..stage_tables import BoardFilter, board_table
from . import cohorts


def _cohort(request: HttpRequest, cohort_id: uuid.UUID, roles: Any) -> Cohort:
    """An intake whose rules are published. Raises NotVisible."""
    rooms.require(person(request), roles)
    cohort = rooms.cohort(cohort_id)
    if cohort.state == CohortState.DRAFT:
        raise NotVisible
    return cohort


@require_safe
@never_cache
@ministry
def board(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """Every selected centre and how far it is, of the reader's provinces."""
    cohort = _cohort(request, cohort_id, rooms.READERS)
    user, frame = person(request), cohorts.frame(request, cohort)
    rules, manages = frame["rules"], frame["manages"]
    may_close = not rooms.by_standing(cohort).get(Standing.SELECTED)
    context = {
        **frame,
        "may_close": may_close,
        # While centres are under way the next step is this very page.
        "writes": cohort.state == CohortState.TRANSFORMING and not may_close,
        "without_mentor": queries.without_mentor(cohort).count() if manages else 0,
        "mentors": queries.mentors() if manages else (),
    }
    rows = queries.board(cohort, user, today=timezone.localdate())
    return list_page(request, "pages/ministry/programmes/stages.html", board_table(rules), rows, BoardFilter,
                     context=context, file_name="tahap", rules=rules)  # fmt: skip


@never_cache
@ministry
def begin(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """Selection is over; the first stage begins for every selected centre. Says first what follows."""
    cohort = _cohort(request, cohort_id, rooms.MANAGERS)
    if request.method == "POST":
        try:
            count = operations.begin(cohort, by=actor(request), now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            words = ngettext("The first stage has begun for %(count)d centre.",
                             "The first stage has begun for %(count)d centres.", count)  # fmt: skip
            messages.success(request, words % {"count": count})
            return redirect("hub:stages", cohort_id)
    counts = rooms.by_standing(cohort)
    context = {
        "cohort": cohort,
        "rules": rooms.rules_of(cohort),
        "selected": counts.get(Standing.SELECTED, 0),
        "waiting": counts.get(Standing.WAITING, 0),
        "without_mentor": list(queries.without_mentor(cohort)),
        "is_possible": cohort.state == CohortState.SELECTING and bool(counts.get(Standing.SELECTED)),
    }
    return render(request, "pages/ministry/programmes/begin_stages.html", context)


@never_cache
@ministry
def close(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """The intake is over. Says what is still open, or what follows."""
    cohort = _cohort(request, cohort_id, rooms.MANAGERS)
    if request.method == "POST":
        try:
            programmes.close(cohort, by=actor(request), now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The intake is closed."))
            return redirect("hub:stages", cohort_id)
    counts = rooms.by_standing(cohort)
    context = {
        "cohort": cohort,
        "still_open": list(queries.still_open(cohort)),
        "completed": counts.get(Standing.COMPLETED, 0),
        "is_running": cohort.state == CohortState.TRANSFORMING,
    }
    return render(request, "pages/ministry/programmes/close_stages.html", context)


# ---------------------------------------------------------------- mentors


@require_POST
@ministry
def give_mentors(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """Give the chosen centres of the board one mentor."""
    cohort = _cohort(request, cohort_id, rooms.MANAGERS)
    form = MentorForm({"mentor": request.POST.get("pendamping")})
    chosen = list(_chosen(request, cohort))
    if not form.is_valid():
        messages.error(request, _("Choose a mentor."))
    elif not chosen:
        messages.error(request, _("Choose at least one centre that is taking part."))
    else:
        _give(request, chosen, form.cleaned_data["mentor"])
    return redirect("hub:stages", cohort_id)


def _chosen(request: HttpRequest, cohort: Cohort) -> QuerySet[Application]:
    """The ticked rows that are taking part, or with ``semua`` all of the board as it was filtered."""
    rows = queries.board(cohort, person(request), today=timezone.localdate()).filter(standing=Standing.SELECTED)
    if request.POST.get("semua") == "1":
        data = QueryDict(request.POST.get("saringan", "").replace("\0", ""))
        return BoardFilter(data, rows, request=request, rules=rooms.rules_of(cohort)).qs
    return rows.filter(pk__in=ticked(request))


def _give(request: HttpRequest, chosen: list[Application], mentor: Any) -> bool:
    try:
        count = operations.give_mentors(chosen, mentor, by=actor(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return False
    words = ngettext("%(name)s accompanies %(count)d centre now.", "%(name)s accompanies %(count)d centres now.", count)
    messages.success(request, words % {"name": mentor.name, "count": count})
    return True


@never_cache
@ministry
def give_mentor(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Give one centre its mentor, or another one."""
    application = _managed(request, application_id)
    mentorship = getattr(application, "mentorship", None)
    form = MentorForm(request.POST or None, initial={"mentor": mentorship.mentor_id if mentorship else None})
    if request.method == "POST" and form.is_valid() and _give(request, [application], form.cleaned_data["mentor"]):
        return redirect("hub:mentored", application_id)
    context = {"application": application, "form": form, "has_any": queries.mentors().exists()}
    return render(request, "pages/ministry/programmes/give_mentor.html", context)


# ---------------------------------------------------------------- leaving


@never_cache
@ministry
def leave(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """A centre withdraws in the middle of its transformation, or is expelled."""
    application = _managed(request, application_id)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.leave(application, **form.cleaned_data, by=actor(request), now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            expelled = form.cleaned_data["exit"] in EXPULSIONS
            messages.success(request, _("The centre was expelled.") if expelled else _("The centre has withdrawn."))
            return redirect("hub:mentored", application_id)
    context = {"application": application, "form": form, "may_leave": application.standing == Standing.SELECTED}
    return render(request, "pages/ministry/programmes/leave_stages.html", context)


def _managed(request: HttpRequest, application_id: uuid.UUID) -> Application:
    """One centre in transformation, for who runs programmes. Raises NotVisible."""
    access = queries.door(person(request), application_id)
    if not access.manages:
        raise NotVisible
    return access.application
