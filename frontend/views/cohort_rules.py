"""An intake's rules: reading them, writing them part by part, and the versions that were published."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.programmes import eligibility as asked
from hub.programmes import operations, queries, rulebook
from hub.programmes.models import Cohort
from hub.programmes.rulebook import Eligibility, Round, Rules, Stage
from hub.regions import zones
from kernel.errors import DomainError

from .. import rule_words
from ..people import actor, ministry, person
from ..rule_forms import EligibilityForm, RoundForm, StageForm, arranged, mark_of, with_wish
from ..rule_words import Names
from .cohorts import frame

SAVE = "simpan"


@require_safe
@never_cache
@ministry
def overview(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """All rules in words: the draft with what is missing for who writes it, else those that count."""
    cohort = queries.cohort_for(person(request), cohort_id, queries.READERS)
    context = frame(request, cohort)
    writes = context["manages"] and queries.may_design(cohort)
    rules, names = cohort.draft if writes else context["rules"], Names.read()
    context |= {
        "writes": writes,
        "parts": rule_words.parts(rules, names),
        "gaps": rules.gaps() if writes else [],
        "versions": queries.versions(cohort),
        "unpublished": writes and cohort.rules is not None and cohort.rules.document != cohort.design,
        "rounds_count": len(rules.rounds),
        "stages_count": len(rules.stages),
        "may_add_round": writes and len(rules.rounds) < rulebook.MOST_ROUNDS,
        "may_add_stage": writes and len(rules.stages) < rulebook.MOST_STAGES,
        "mark": _mark_of_all(cohort),
    }
    return render(request, "pages/ministry/programmes/rules.html", context)


@require_safe
@never_cache
@ministry
def version(request: HttpRequest, cohort_id: uuid.UUID, number: int) -> HttpResponse:
    """One published version, and what it says differently from the one before."""
    cohort = queries.cohort_for(person(request), cohort_id, queries.READERS)
    shown, names = queries.version(cohort, number), Names.read()
    before = queries.version(cohort, number - 1) if number > 1 else None
    context = {
        **frame(request, cohort),
        "version": shown,
        "before": before,
        "parts": rule_words.parts(shown.content, names),
        "changes": rule_words.changes(before.content, shown.content, names) if before else [],
    }
    return render(request, "pages/ministry/programmes/version.html", context)


# ---------------------------------------------------------------- writing


def _desk(request: HttpRequest, cohort_id: uuid.UUID) -> Cohort:
    """The intake, for who may write its rules now."""
    cohort = queries.cohort_for(person(request), cohort_id, queries.MANAGERS)
    if not queries.may_design(cohort):
        raise Http404
    return cohort


def _written(request: HttpRequest, cohort: Cohort, change: Callable[[Rules], Rules]) -> str:
    """Change the draft; returns why it was not possible."""
    try:
        operations.redesign(cohort, change, by=actor(request), now=timezone.now())
    except DomainError as error:
        return str(error)
    return ""


def _require_same(part: Any, mark: str) -> None:
    """Raises Outdated where the part is not what the form was filled in for."""
    if mark_of(part) != mark:
        raise operations.Outdated(
            _("Somebody else has changed this part meanwhile. Copy what you wrote, then load the page again.")
        )


@never_cache
@ministry
def eligibility(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """Who may apply; with a preview of how many that are, before anything is saved."""
    cohort, names = _desk(request, cohort_id), Names.read()
    kept = cohort.draft.eligibility
    form = EligibilityForm(request.POST or None, kept, names=names)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and request.POST.get("tindakan") == SAVE and _eligibility_saved(request, cohort, form):
        messages.success(request, _("The conditions are saved."))
        return redirect("hub:cohort_rules", cohort.pk)
    rules = form.rules if is_valid else kept
    context = {"cohort": cohort, "form": form, **_preview(cohort, rules, names)}
    return render(request, "pages/ministry/programmes/eligibility.html", context)


def _eligibility_saved(request: HttpRequest, cohort: Cohort, form: EligibilityForm) -> bool:
    def change(draft: Rules) -> Rules:
        _require_same(draft.eligibility, form.cleaned_data["mark"])
        return replace(draft, eligibility=form.rules)

    problem = _written(request, cohort, change)
    if problem:
        form.add_error(None, problem)
    return not problem


def _preview(cohort: Cohort, rules: Eligibility, names: Names) -> dict[str, Any]:
    """How many centres the conditions let apply today, and what each of them costs."""
    preview = asked.preview(rules, today=zones.today(timezone.now()), demo=cohort.programme.is_demo)
    rows = [(*rule_words.condition(one.code, rules, names), one) for one in preview.conditions]
    return {"preview": preview, "conditions": rows}


@never_cache
@ministry
def round_(request: HttpRequest, cohort_id: uuid.UUID, number: int) -> HttpResponse:
    """One round of the draft. Each button saves all of the page; "simpan" leads back to the whole."""
    cohort = _desk(request, cohort_id)
    one = _numbered(cohort.draft.rounds, number)
    form = RoundForm(request.POST or None, one, names=Names.read())
    if request.method == "POST" and form.is_whole and _part_saved(request, cohort, form, number):
        return _after_part(request, cohort, "hub:rules_round", number)
    context = {"cohort": cohort, "form": form, "number": number, "gaps": _gaps(cohort, round_number=number),
               "title": rule_words.round_title(number, one), "mark": _mark_of_all(cohort)}  # fmt: skip
    return render(request, "pages/ministry/programmes/round.html", context)


@never_cache
@ministry
def stage(request: HttpRequest, cohort_id: uuid.UUID, number: int) -> HttpResponse:
    """One stage of the draft, as ``round_``."""
    cohort = _desk(request, cohort_id)
    one = _numbered(cohort.draft.stages, number)
    form = StageForm(request.POST or None, one)
    if request.method == "POST" and form.is_whole and _part_saved(request, cohort, form, number):
        return _after_part(request, cohort, "hub:rules_stage", number)
    context = {"cohort": cohort, "form": form, "number": number, "gaps": _gaps(cohort, stage_number=number),
               "title": rule_words.stage_title(number, one), "mark": _mark_of_all(cohort)}  # fmt: skip
    return render(request, "pages/ministry/programmes/stage.html", context)


def _mark_of_all(cohort: Cohort) -> str:
    """What stands for the rounds and stages as they are: for buttons that move or remove one."""
    return mark_of((cohort.draft.rounds, cohort.draft.stages))


def _numbered(parts: tuple[Any, ...], number: int) -> Any:
    if not 1 <= number <= len(parts):
        raise Http404
    return parts[number - 1]


def _gaps(cohort: Cohort, **which: int) -> list[str]:
    (name, number), *_rest = which.items()
    return [one.words for one in cohort.draft.gaps() if getattr(one, name) == number]


def _part_saved(request: HttpRequest, cohort: Cohort, form: RoundForm | StageForm, number: int) -> bool:
    kind = "rounds" if isinstance(form, RoundForm) else "stages"
    wished = with_wish(form.rules, request.POST.get("tindakan", SAVE))

    def change(draft: Rules) -> Rules:
        parts: list[Round | Stage] = list(getattr(draft, kind))
        _require_same(parts[number - 1] if number <= len(parts) else None, form.cleaned_data["mark"])
        parts[number - 1] = wished
        return _with(draft, kind, parts)

    problem = _written(request, cohort, change)
    if problem:
        form.add_error(None, problem)
    return not problem


def _with(draft: Rules, kind: str, parts: Iterable[Any]) -> Rules:
    """The rules with other rounds or stages."""
    return replace(draft, rounds=tuple(parts)) if kind == "rounds" else replace(draft, stages=tuple(parts))


def _after_part(request: HttpRequest, cohort: Cohort, name: str, number: int) -> HttpResponse:
    rows = request.POST.get("tindakan", SAVE).partition(".")[0]
    if rows == SAVE:
        messages.success(request, _("The change is saved."))
        return redirect("hub:cohort_rules", cohort.pk)
    return redirect(f"{reverse(name, args=[cohort.pk, number])}#{rows}")


# What can be arranged: the rules' attribute, a new one, how many there may be, and the page of one.
_ARRANGED: dict[str, tuple[str, Any, int, str]] = {
    "babak": ("rounds", Round(""), rulebook.MOST_ROUNDS, "hub:rules_round"),
    "tahap": ("stages", Stage(""), rulebook.MOST_STAGES, "hub:rules_stage"),
}


@require_POST
@ministry
def arrange(request: HttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """Add, move or remove a round ("babak") or stage ("tahap") of the draft."""
    cohort, part = _desk(request, cohort_id), request.POST.get("bagian", "")
    if part not in _ARRANGED:
        raise Http404
    kind, blank, most, page = _ARRANGED[part]
    wish = request.POST.get("tindakan", "")

    def change(draft: Rules) -> Rules:
        _require_same((draft.rounds, draft.stages), request.POST.get("mark", ""))
        return _with(draft, kind, arranged(getattr(draft, kind), wish, blank=blank)[:most])

    if problem := _written(request, cohort, change):
        messages.error(request, problem)
    elif wish == "tambah":
        cohort.refresh_from_db()
        return redirect(page, cohort.pk, len(getattr(cohort.draft, kind)))
    return redirect(f"{reverse('hub:cohort_rules', args=[cohort.pk])}#{part}")
