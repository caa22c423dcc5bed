"""The ministry's list of centres: searched, kept as views, taken away, and one step for many at once."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import queries
from hub.accounts.models import User
from hub.centres import bulk, duplicates
from hub.centres.models import Centre
from hub.preferences import operations as preferences
from hub.preferences import queries as kept
from kernel.errors import DomainError

from .. import saved_views
from ..centre_forms import BulkForm, ViewForm
from ..centre_steps import BULK
from ..centre_tables import BulkTable, CentreFilter, CentreTable, with_field_names
from ..listing import as_file, list_page, ticked
from ..people import actor, ministry, person

LISTING = "centres"
ROWS_A_PAGE = 25
MOST_PAIRS = 200
_RESULT_KEPT = 3600  # seconds


@require_safe
@never_cache
@ministry
def centres(request: HttpRequest) -> HttpResponse:
    """Every centre that the person sees."""
    user = person(request)
    views = kept.views_of(user, LISTING)
    if first := saved_views.first_view(request, views):
        return redirect(f"{request.path}?{first.query}")
    context = {"views": saved_views.shown(request, views), "keeps": queries.keeps_centres(user)}
    return list_page(
        request, "pages/ministry/centres.html", CentreTable, with_field_names(queries.centres_for_ministry(user)),
        CentreFilter, context=context, size=ROWS_A_PAGE, file_name="balai", provinces=queries.provinces_of(user),
    )  # fmt: skip


# ---------------------------------------------------------------- saved views


@require_POST
@ministry
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the list as it is shown, under a name."""
    form = ViewForm(request.POST)
    query = saved_views.tidied(request.POST.get("query", ""))
    if form.is_valid():
        name, is_default = form.cleaned_data["name"], form.cleaned_data["is_default"]
        try:
            preferences.save_view(
                person(request), listing=LISTING, name=name, query=query, is_default=is_default, by=actor(request),
                now=timezone.now(),
            )  # fmt: skip
        except (DomainError, ValidationError) as error:
            messages.error(request, str(error) if isinstance(error, DomainError) else _("This view is too long."))
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": name})
    else:
        messages.error(request, _("Type a name for this view."))
    return redirect(_list_address(query))


@require_POST
@ministry
def change_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Delete a view, or have the list begin with it, or no longer."""
    view = kept.own_view(person(request), view_id)
    wish, now = request.POST.get("tindakan"), timezone.now()
    if wish == "hapus":
        preferences.remove_view(view, by=actor(request), now=now)
        messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
        return redirect(_list_address(""))
    preferences.make_default(view, is_default=wish == "utama", by=actor(request), now=now)
    messages.success(request, _("The change is saved."))
    return redirect(_list_address(view.query))


def _list_address(query: str) -> str:
    """The list with this query. Without one it says that nothing is asked, so that no view of one's own begins."""
    return f"{reverse('hub:console_centres')}?{query or 'cari='}"


# ---------------------------------------------------------------- many at once


@require_POST
@never_cache
@ministry
def change_many(request: HttpRequest) -> HttpResponse:
    """One step for the chosen centres: first a page that says what it would do to each, then doing it."""
    user, action = person(request), request.POST.get("tindakan", "")
    if action == "unduh":
        rows = chosen_centres(request, queries.centres_for_ministry(user))
        return as_file(CentreTable(rows, chosen=_columns(request)), "balai", "xlsx")
    if action not in BULK:
        messages.error(request, _("Choose what to do with the centres."))
        return redirect(_list_address(saved_views.tidied(request.POST.get("saringan", ""))))
    chosen = list(chosen_centres(request, queries.centres_to_keep(user))[: bulk.MOST + 1])
    if problem := _problem(chosen):
        messages.error(request, problem)
        return redirect(_list_address(saved_views.tidied(request.POST.get("saringan", ""))))
    form = BulkForm(request.POST if "yakin" in request.POST else None)
    if form.is_bound and form.is_valid():
        return _carry_out(request, chosen, action, reason=form.cleaned_data["reason"])
    step, maturity_class = BULK[action]
    verdicts = [bulk.verdict(centre, step, maturity_class=maturity_class) for centre in chosen]
    return render(request, "pages/ministry/bulk.html", _preview(form, action, verdicts))


def _problem(chosen: list[Centre]) -> str:
    if not chosen:
        return _("Choose at least one centre.")
    if len(chosen) > bulk.MOST:
        return _("Choose at most %(most)d centres.") % {"most": bulk.MOST}
    return ""


def _preview(form: BulkForm, action: str, verdicts: list[bulk.Verdict]) -> dict[str, Any]:
    step, maturity_class = BULK[action]
    label = str(step.label)
    if step == bulk.Step.CLASSIFY:
        label = _("Set the class: %(name)s") % {"name": verdicts[0].after}
    return {
        "form": form,
        "word": action,
        "label": label,
        "changing": [one for one in verdicts if one.changes],
        "staying": [one for one in verdicts if not one.changes],
    }


def _carry_out(request: HttpRequest, chosen: list[Centre], action: str, *, reason: str) -> HttpResponse:
    step, maturity_class = BULK[action]
    done = bulk.carry_out(
        chosen, step, reason=reason, by=actor(request), now=timezone.now(), maturity_class=maturity_class
    )
    result_id = uuid.uuid4()
    rows = [
        {"pk": one.centre.code, "name": one.centre.name, "code": one.centre.code, "before": one.before,
         "after": one.after if one.changes else one.before, "problem": one.problem}
        for one in done
    ]  # fmt: skip
    cache.set(_result_key(person(request), result_id), rows, _RESULT_KEPT)
    return redirect("hub:console_bulk_result", result_id)


def _result_key(user: User, result_id: uuid.UUID) -> str:
    return f"bulk:{user.pk}:{result_id}"


@require_safe
@never_cache
@ministry
def bulk_result(request: HttpRequest, result_id: uuid.UUID) -> HttpResponse:
    """What became of each centre, for an hour; the trail has it for good."""
    rows = cache.get(_result_key(person(request), result_id))
    if rows is None:
        raise Http404
    changed = sum(not row["problem"] for row in rows)
    context = {"changed": changed, "stayed": len(rows) - changed}
    return list_page(request, "pages/ministry/bulk_result.html", BulkTable, rows, context=context, file_name="hasil")


def chosen_centres(request: HttpRequest, centres: QuerySet[Centre]) -> QuerySet[Centre]:
    """The ticked centres, or with ``semua`` all of the list as it was filtered; by name."""
    if request.POST.get("semua") == "1":
        data = QueryDict(request.POST.get("saringan", "").replace("\0", ""))
        found = CentreFilter(data, centres, request=request, provinces=queries.provinces_of(person(request))).qs
    else:
        found = centres.filter(pk__in=ticked(request))
    return with_field_names(found.order_by("name", "pk"))


def _columns(request: HttpRequest) -> list[str]:
    return QueryDict(request.POST.get("saringan", "")).getlist("kolom")


# ---------------------------------------------------------------- likely duplicates


@require_safe
@never_cache
@ministry
def likely_duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs of centres that may be one institution, the likeliest first."""
    pairs = duplicates.pairs(queries.centres_to_keep(person(request)))
    return render(request, "pages/ministry/duplicates.html", {"pairs": pairs[:MOST_PAIRS], "count": len(pairs)})
