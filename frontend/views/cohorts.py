"""An intake: its funnel, its next step, its history, and intakes side by side."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.accounts.queries import ministry_roles, provinces_of
from hub.audit import queries as audit
from hub.audit.models import Entry
from hub.programmes import eligibility, operations, queries
from hub.programmes.models import Cohort, CohortState, Standing
from hub.regions import zones
from kernel.errors import DomainError

from .. import funnel as figures
from ..cohort_steps import STEPS, Step, coming
from ..cohort_tables import CohortEntryTable
from ..listing import DOWNLOAD, Table, as_file, list_page
from ..people import actor, ministry, person
from ..programme_forms import MOST_SIDE_BY_SIDE, CohortForm, CutForm
from ..rule_words import Names


def frame(request: HttpRequest, cohort: Cohort) -> dict[str, Any]:
    """What every side of an intake shows: its head, its tabs, its next step."""
    user, now = person(request), timezone.now()
    roles = ministry_roles(user)
    provinces = provinces_of(user, queries.AUDIENCE)
    return {
        "cohort": cohort,
        "rules": queries.rules_of(cohort),
        "manages": bool(roles & queries.MANAGERS),
        "reads": bool(roles & queries.READERS),
        "may_reschedule": cohort.state in (CohortState.DRAFT, CohortState.OPEN),
        "next": coming(cohort, now=now),
        "provinces": provinces,
    }


# ---------------------------------------------------------------- the funnel


@require_safe
@never_cache
@ministry
def funnel(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """How far its centres have come, narrowed and broken down; with ``?unduh=`` as a file."""
    cohort = queries.cohort_for(person(request), cohort_id, queries.AUDIENCE)
    context, names = frame(request, cohort), Names.read()
    form = CutForm(request.GET, names=names, provinces=context["provinces"])
    cut = figures.cut_of(form)
    shown = figures.Shown(cohort, queries.funnel(cohort, cut), form.in_force, has_lists=context["reads"])
    word = request.GET.get("menurut", "")
    word = word if word in figures.BREAKDOWNS else "provinsi"
    parts = figures.breakdown(shown, word, cut, names)
    if kind := request.GET.get(DOWNLOAD):
        return _as_file(request, shown, parts, kind)
    context |= {
        "form": form,
        "chips": list(form.chips),
        "funnel": shown,
        "parts": parts,
        "breakdowns": figures.BREAKDOWNS,
        "own_provinces": [names.provinces.get(one, one) for one in sorted(cut.provinces or ())],
    }
    return render(request, "pages/ministry/programmes/funnel.html", context)


def _as_file(request: HttpRequest, shown: figures.Shown, parts: figures.Breakdown, kind: str) -> HttpResponse:
    if request.GET.get("bagian") == "rincian":
        return as_file(figures.breakdown_table(parts), f"corong-{parts.word}", kind)
    table: Table = figures.FunnelTable(figures.funnel_rows(shown))
    return as_file(table, "corong", kind)


@require_safe
@never_cache
@ministry
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four intakes side by side."""
    user = person(request)
    queries.require(user, queries.AUDIENCE)
    known = list(queries.cohorts(user).order_by("programme__name", "-opens_on", "name"))
    wanted = set(request.GET.getlist("gelombang"))
    chosen = [one for one in known if str(one.pk) in wanted]
    names = Names.read()
    form = CutForm(request.GET, names=names, provinces=provinces_of(user, queries.AUDIENCE))
    context = {
        "known": known,
        "chosen": {one.pk for one in chosen},
        "too_many": len(chosen) > MOST_SIDE_BY_SIDE,
        "most": MOST_SIDE_BY_SIDE,
        "form": form,
        "comparison": figures.comparison(chosen[:MOST_SIDE_BY_SIDE], figures.cut_of(form)) if chosen else None,
    }
    return render(request, "pages/ministry/programmes/compare.html", context)


# ---------------------------------------------------------------- dates and steps


@never_cache
@ministry
def reschedule(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """Another name or other dates."""
    cohort = queries.cohort_for(person(request), cohort_id, queries.MANAGERS)
    initial = {name: getattr(cohort, name) for name in CohortForm.base_fields}
    form = CohortForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.reschedule(cohort, **form.cleaned_data, by=actor(request), now=timezone.now())
        except (DomainError, ValidationError) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
        else:
            messages.success(request, _("The change is saved."))
            return redirect("hub:cohort", cohort.pk)
    context = {"form": form, "cohort": cohort, "programme": cohort.programme}
    return render(request, "pages/ministry/programmes/cohort_form.html", context)


@never_cache
@ministry
def step(request: HttpRequest, cohort_id: uuid.UUID, word: str) -> HttpResponse:
    """A page that says what follows from a step, and takes it."""
    cohort = queries.cohort_for(person(request), cohort_id, queries.MANAGERS)
    chosen = STEPS.get(word)
    if chosen is None:
        raise Http404
    problem = ""
    if request.method == "POST":
        problem = _taken(request, cohort, chosen)
        if not problem:
            messages.success(request, _("Done: %(step)s.") % {"step": chosen.title})
            return redirect("hub:cohort", cohort.pk)
    is_next = _is_possible(cohort, chosen)
    context = {"cohort": cohort, "step": chosen, "problem": problem, "is_possible": is_next,
               **(_who_it_is_about(cohort, chosen) if is_next else {})}  # fmt: skip
    return render(request, "pages/ministry/programmes/step.html", context)


def _taken(request: HttpRequest, cohort: Cohort, chosen: Step) -> str:
    """Take the step; returns why it was not possible."""
    try:
        chosen.take(cohort, by=actor(request), now=timezone.now())
    except DomainError as error:
        return str(error)
    return ""


def _is_possible(cohort: Cohort, chosen: Step) -> bool:
    if chosen.word == "terbitkan":
        return queries.may_design(cohort) and not cohort.draft.gaps()
    return coming(cohort, now=timezone.now()).step == chosen


def _who_it_is_about(cohort: Cohort, chosen: Step) -> dict[str, Any]:
    """How many centres the step concerns, before it is taken."""
    if chosen.word == "terbitkan":
        rules, today = cohort.draft.eligibility, zones.today(timezone.now())
        return {"eligible": eligibility.preview(rules, today=today, demo=cohort.programme.is_demo)}
    counts = queries.by_standing(cohort)
    return {"counts": {one.value: counts.get(one, 0) for one in Standing}}


# ---------------------------------------------------------------- history


@require_safe
@never_cache
@ministry
def trail(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """What was done to the intake as a whole. What was done to single centres stands in their own trails."""
    cohort = queries.cohort_for(person(request), cohort_id, queries.READERS)
    context = frame(request, cohort)
    return list_page(
        request, "pages/ministry/programmes/trail.html", CohortEntryTable, _entries(cohort), context=context,
        file_name="riwayat-gelombang",
    )  # fmt: skip


def _entries(cohort: Cohort) -> QuerySet[Entry]:
    """Not each assessor's scores: those are the round's own business."""
    objects: list[tuple[str, object]] = [("cohort", cohort.pk)]
    objects += [("round", pk) for pk in cohort.rounds.values_list("pk", flat=True)]
    entries = audit.of_hub(objects, since=cohort.created_at)
    return entries.filter(Q(action__startswith="cohort.") | Q(action__startswith="round."))
