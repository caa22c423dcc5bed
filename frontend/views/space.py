"""A centre's inner pages: for its staff, and for ministry people on an open visit."""

import uuid

from allauth.core import ratelimit
from django.contrib import messages
from django.forms import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import operations, queries
from hub.accounts.roles import STAFF_ROLES
from hub.centres.queries import profile
from tenants.site import operations as site
from tenants.site import queries as site_queries

from ..account_forms import InviteStaffForm, ProfileForm
from ..people import actor, centre_staff, person
from ..upload_forms import PhotoForm
from . import members
from .trail import trail_page


@require_safe
@never_cache
@centre_staff
def home(request: HttpRequest) -> HttpResponse:
    centre = profile(request.centre.id)  # type: ignore[attr-defined]
    waiting = queries.visits_of_centre(centre.id).filter(state="asked")
    return render(request, "pages/space/home.html", {"centre": centre, "waiting": waiting})


@never_cache
@centre_staff
def edit_profile(request: HttpRequest) -> HttpResponse:
    """What the centre says of itself on its public page."""
    current = site_queries.home(newest=0).profile
    form = ProfileForm(request.POST or None, initial=model_to_dict(current) if current else None)
    if request.method == "POST" and form.is_valid():
        site.describe(**form.cleaned_data, by=actor(request), now=timezone.now())
        messages.success(request, _("Saved. Your page shows it now."))
        return redirect("centre:home")
    return render(request, "pages/space/profile.html", {"form": form, "profile": current})


@never_cache
@centre_staff
def edit_photo(request: HttpRequest) -> HttpResponse:
    """The photo on the centre's public page."""
    current = site_queries.home(newest=0).profile
    has_photo = bool(current and current.photo)
    initial = {"alt": current.photo_alt} if current else None
    form = PhotoForm(request.POST or None, request.FILES or None, has_photo=has_photo, initial=initial)
    if request.method == "POST":
        # Before the file is looked at: that is what costs.
        if limited := ratelimit.consume_or_429(request, action="upload", user=person(request)):
            return limited
        if form.is_valid() and _save_photo(request, form):
            messages.success(request, _("Saved. Your page shows it now."))
            return redirect("centre:home")
    return render(request, "pages/space/photo.html", {"form": form, "profile": current})


def _save_photo(request: HttpRequest, form: PhotoForm) -> bool:
    """Write the new photo, or new words for the one that is there. False: a colleague has just removed it."""
    alt, who, now = form.cleaned_data["alt"], actor(request), timezone.now()
    try:
        if picture := form.cleaned_data["photo"]:
            site.show_photo(picture, alt=alt, by=who, now=now)
        else:
            site.caption_photo(alt=alt, by=who, now=now)
    except site.PhotoMissing as error:
        form.add_error("photo", str(error))
        return False
    return True


@require_POST
@centre_staff
def remove_photo(request: HttpRequest) -> HttpResponse:
    site.remove_photo(by=actor(request), now=timezone.now())
    messages.success(request, _("The photo was removed."))
    return redirect("centre:edit_photo")


@never_cache
@centre_staff
def staff(request: HttpRequest) -> HttpResponse:
    """Who works here, and who is invited."""
    centre_id, user = request.centre.id, person(request)  # type: ignore[attr-defined]
    own = request.access.roles  # type: ignore[attr-defined]
    offered = [role for role in members.humblest_first(own) if role in STAFF_ROLES]
    form = InviteStaffForm(request.POST or None, roles=offered)
    if request.method == "POST":
        if not offered:
            raise Http404
        if form.is_valid():
            return members.invite(request, centre=profile(centre_id), **form.cleaned_data)
    context = {
        "form": form if offered else None,
        "staff": queries.staff_of(centre_id),
        "invitations": queries.open_invitations(now=timezone.now(), centre_id=centre_id),
        "manageable": set(offered),
        "me": user.pk,
    }
    return render(request, "pages/space/staff.html", context)


@require_POST
@centre_staff
def end_membership(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Take a role from a colleague; it counts at their next click."""
    membership = members.membership_to_end(request, membership_id)
    if membership.centre_id != request.centre.id:  # type: ignore[attr-defined]
        raise Http404
    members.end_role(request, membership)
    return redirect("centre:staff")


@require_POST
@centre_staff
def revoke_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    members.end_invitation(request, invitation_id)
    return redirect("centre:staff")


@require_safe
@never_cache
@centre_staff
def visits(request: HttpRequest) -> HttpResponse:
    """Requests of the ministry to look into this space, and what became of them."""
    context = {"visits": queries.visits_of_centre(request.centre.id)[:50], "now": timezone.now()}  # type: ignore[attr-defined]
    return render(request, "pages/space/visits.html", context)


@require_POST
@centre_staff
def answer_visit(request: HttpRequest, visit_id: uuid.UUID) -> HttpResponse:
    """Allow, refuse or end a visit: for the head and administrators, never for the visitor."""
    now = timezone.now()
    try:
        visit = queries.visit_to_answer(person(request), request.centre.id, visit_id)  # type: ignore[attr-defined]
        if request.POST.get("jawaban") == "akhiri":
            operations.end_visit(visit, by=actor(request), now=now)
        else:
            allow = request.POST.get("jawaban") == "izinkan"
            operations.answer_visit(visit, allow=allow, answered_by=person(request), by=actor(request), now=now)
    except queries.NotVisible:
        raise Http404 from None
    except operations.LinkUsed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your answer is recorded."))
    return redirect("centre:visits")


@require_safe
@never_cache
@centre_staff
def trail(request: HttpRequest) -> HttpResponse:
    """This centre's own audit trail, every look of the ministry among it."""
    return trail_page(request, centre_id=request.centre.id)  # type: ignore[attr-defined]
