"""Running a round of selection: how far scoring is, the decision meeting, publication, the waiting list."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.programmes import queries as programmes
from hub.programmes.models import Cohort
from hub.selection import queries
from hub.selection.models import Result
from kernel.errors import DomainError

from .. import round_steps
from ..listing import list_page
from ..people import actor, ministry, person
from ..rule_words import Names
from ..selection_tables import MeetingFilter, MeetingTable, WaitingTable
from .cohorts import frame


def framed(request: HttpRequest, cohort: Cohort, number: int = 0) -> dict[str, Any]:
    """What every side of a round shows: the intake's head, and its rounds with how far each is."""
    return {
        **frame(request, cohort),
        "writes": True,  # this page has a next step of its own
        "rounds": round_steps.row(cohort),
        "number": number,
        "is_rounds": True,
        "appeals": queries.appeals(cohort).count(),
        "waiting": queries.waiting_list(cohort).count(),
    }


@require_safe
@never_cache
@ministry
def overview(request: HttpRequest, cohort_id: uuid.UUID, number: int) -> HttpResponse:
    """How far a round is, who has not handed in, and what comes next; one that has not begun, by its rules."""
    cohort = programmes.cohort_for(person(request), cohort_id, programmes.MANAGERS)
    rounds = programmes.rules_of(cohort).rounds
    if not 1 <= number <= len(rounds):
        raise Http404
    context = {**framed(request, cohort, number), "rubric": rounds[number - 1], "names": Names.read()}
    found = queries.rounds(cohort).filter(number=number).first()
    if found is None:
        return render(request, "pages/ministry/selection/not_begun.html", context)
    context |= round_steps.standing(found, now=timezone.now())
    return render(request, "pages/ministry/selection/round.html", context)


@require_safe
@never_cache
@ministry
def meeting(request: HttpRequest, cohort_id: uuid.UUID, number: int) -> HttpResponse:
    """The ranking as the decision meeting looks at it: scores, who passes, and what the assessors wrote."""
    round_ = queries.managed_round(person(request), cohort_id, number)
    names = Names.read()
    context = {
        **framed(request, round_.cohort, number),
        "round": round_,
        "outcomes": round_steps.outcomes(round_),
        "kept": [(names.of(one.quota.group, one.quota.value), one) for one in queries.kept_places(round_)],
        "cut": queries.cut(round_),
    }
    rows = _with_cut(queries.meeting(round_), context["cut"], is_by_rank="urut" not in request.GET)
    return list_page(
        request, "pages/ministry/selection/meeting.html", MeetingTable, rows, MeetingFilter, context=context,
        file_name=f"babak-{number}", names=names, margin=round_.rules.third_margin,
    )  # fmt: skip


def _with_cut(rows: QuerySet[Result], cut: int | None, *, is_by_rank: bool) -> QuerySet[Result]:
    """``is_cut``: below this row nobody has a place by rank."""
    here = Q(rank=cut) if is_by_rank and cut is not None else Q(rank=0)
    return rows.annotate(is_cut=ExpressionWrapper(here, output_field=BooleanField()))


@never_cache
@ministry
def step(request: HttpRequest, cohort_id: uuid.UUID, number: int, word: str) -> HttpResponse:
    """One step of a round: what follows from it, and the button that does it."""
    round_ = queries.managed_round(person(request), cohort_id, number)
    wanted = round_steps.STEPS.get(word)
    if wanted is None or round_.state not in wanted.states:
        raise Http404
    form = wanted.form(request.POST or None) if wanted.form else None
    context = {**framed(request, round_.cohort, number), "round": round_, "step": wanted, "form": form}
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            said = form.cleaned_data if form else {}
            messages.success(request, wanted.take(round_, **said, by=actor(request), now=timezone.now()))
            return redirect(wanted.leads_to, cohort_id, number)
        except DomainError as error:
            context["problem"] = str(error)
    context["facts"] = wanted.facts(round_)
    return render(request, "pages/ministry/selection/step.html", context)


@require_safe
@never_cache
@ministry
def waiting_list(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """Who waits for a place, in the order in which they move up."""
    cohort = programmes.cohort_for(person(request), cohort_id, programmes.MANAGERS)
    context = {**framed(request, cohort), "page": "waiting"}
    rows = queries.waiting_list(cohort)
    template = "pages/ministry/selection/waiting_list.html"
    return list_page(request, template, WaitingTable, rows, context=context, file_name="daftar-tunggu")
