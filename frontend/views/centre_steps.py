"""What officers do with a centre, each on a page of its own that says beforehand what follows."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.accounts import queries
from hub.accounts.roles import KEEPER_ROLES
from hub.centres import duplicates, hosts, operations
from hub.centres.models import Centre
from hub.centres.slugs import SlugRefused
from kernel.errors import DomainError
from workflows import merging

from ..centre_forms import AddressForm, FactsForm, MergeForm, StepForm
from ..centre_steps import STEPS
from ..centre_tables import CentreFilter
from ..people import actor, ministry, person
from .centre_desk import neighbours

MOST_FOUND = 20  # centres of a search for the other one


@never_cache
@ministry
def step(request: HttpRequest, code: str, word: str) -> HttpResponse:
    """Bring live, suspend, open again or archive, for a reason."""
    centre = queries.centre_to_keep(person(request), code)
    if (chosen := STEPS.get(word)) is None:
        raise Http404
    form = StepForm(request.POST or None, is_public=chosen.is_public)
    if request.method == "POST" and form.is_valid():
        try:
            chosen.carry_out(centre, reason=form.cleaned_data["reason"], by=actor(request), now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, str(chosen.done))
            return redirect("hub:console_centre", centre.code)
    context = {"centre": centre, "step": chosen, "form": form, "why_not": chosen.why_not(centre)}
    return render(request, "pages/ministry/centre_step.html", context)


@never_cache
@ministry
def correct(request: HttpRequest, code: str) -> HttpResponse:
    """Change what the hub states about a centre."""
    user = person(request)
    centre = queries.centre_to_keep(user, code)
    provinces = queries.provinces_of(user, KEEPER_ROLES)
    form = FactsForm(request.POST or None, instance=queries.centre_to_keep(user, code), provinces=provinces)
    if request.method == "POST" and form.is_valid():
        how = {"reason": form.cleaned_data["reason"], "seen": form.cleaned_data["seen"]}
        try:
            operations.correct(centre, facts=form.facts, by=actor(request), now=timezone.now(), **how)
        except (DomainError, ValidationError) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
        else:
            messages.success(request, _("The data of the centre are changed."))
            return redirect("hub:console_centre", centre.code)
    return render(request, "pages/ministry/centre_facts.html", {"centre": centre, "form": form})


@never_cache
@ministry
def rename(request: HttpRequest, code: str) -> HttpResponse:
    """Give a centre another address; the one it had goes on leading to it."""
    centre = queries.centre_to_keep(person(request), code)
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wish = {"slug": form.cleaned_data["slug"], "reason": form.cleaned_data["reason"]}
        try:
            operations.rename_slug(centre, by=actor(request), now=timezone.now(), **wish)
        except DomainError as error:
            form.add_error("slug" if isinstance(error, SlugRefused) else None, str(error))
        else:
            messages.success(request, _("The centre has its new address. The old one leads there."))
            return redirect("hub:console_centre", centre.code)
    context = {"centre": centre, "form": form, "address": hosts.host_of(centre.slug)}
    return render(request, "pages/ministry/centre_address.html", context)


# ---------------------------------------------------------------- two rows for one institution


@require_safe
@never_cache
@ministry
def choose_duplicate(request: HttpRequest, code: str) -> HttpResponse:
    """Which other centre is the same institution: likely ones, or whatever a search finds."""
    centre = queries.centre_to_keep(person(request), code)
    alike = duplicates.like(centre, neighbours(request, centre))
    context = {"centre": centre, "alike": alike[:MOST_FOUND], "search": request.GET.get("cari", "")[:100]}
    if context["search"]:
        others = queries.centres_to_keep(person(request)).exclude(pk=centre.pk).order_by("name", "pk")
        context["found"] = list(CentreFilter(request.GET, others, request=request).qs[:MOST_FOUND])
    return render(request, "pages/ministry/choose_duplicate.html", context)


@never_cache
@ministry
def merge(request: HttpRequest, code: str, other: str) -> HttpResponse:
    """Merge ``other`` into the centre of ``code``, once it was shown what moves and what stays."""
    survivor, duplicate = (queries.centre_to_keep(person(request), one) for one in (code, other))
    preview = merging.preview(duplicate, survivor, now=timezone.now())
    form = MergeForm(request.POST or None, differences=preview.differences)
    if request.method == "POST" and form.is_valid() and _merged(request, duplicate, survivor, form):
        messages.success(request, _("“%(name)s” is merged. Its addresses lead here now.") % {"name": duplicate.name})
        return redirect("hub:console_centre", survivor.code)
    rows = [(form[one.group], one) for one in preview.differences]
    return render(request, "pages/ministry/merge.html", {"preview": preview, "form": form, "rows": rows})


def _merged(request: HttpRequest, duplicate: Centre, survivor: Centre, form: MergeForm) -> bool:
    """Do it, or say in the form why not."""
    reason, now = form.cleaned_data["reason"], timezone.now()
    try:
        merging.merge(duplicate, survivor, picks=form.picks, reason=reason, by=actor(request), now=now)
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True
