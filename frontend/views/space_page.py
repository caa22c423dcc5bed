"""A centre's public page as its staff write it: a draft, a look at it, and out."""

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.centres.queries import profile as centre_profile_of
from tenants.site import operations as site
from tenants.site import queries
from workflows import centre_profile

from ..people import actor, centre_staff, person
from ..space_forms import PageForm
from ..upload_forms import PhotoForm


@never_cache
@centre_staff
def edit(request: HttpRequest) -> HttpResponse:
    """The page in hand. What is sent is kept as a draft and shown as visitors would see it."""
    written = queries.profile()
    form = PageForm(request.POST or None, initial=PageForm.initial_of(queries.page_in_hand(written)))
    if request.method == "POST" and form.is_valid():
        site.save_draft(form.page(), by=actor(request), now=timezone.now())
        return redirect("centre:preview_page")
    return render(request, "pages/space/page.html", {"form": form, "profile": written})


@require_safe
@never_cache
@centre_staff
def preview(request: HttpRequest) -> HttpResponse:
    """The public page as it would be with the draft on it."""
    drafted = queries.preview()
    if drafted is None:
        return redirect("centre:edit_page")
    context = {"centre": centre_profile_of(request.centre.id), "home": drafted, "is_preview": True}  # type: ignore[attr-defined]
    return render(request, "pages/centre/home.html", context)


@require_POST
@centre_staff
def publish(request: HttpRequest) -> HttpResponse:
    try:
        centre_profile.publish_page(request.centre.id, by=actor(request), now=timezone.now())  # type: ignore[attr-defined]
    except site.DraftMissing as error:
        messages.error(request, str(error))
        return redirect("centre:edit_page")
    messages.success(request, _("Published. Everybody sees it now."))
    return redirect("centre:home")


@require_POST
@centre_staff
def discard(request: HttpRequest) -> HttpResponse:
    site.discard_draft(by=actor(request), now=timezone.now())
    messages.success(request, _("The draft was thrown away. Your page is as it was."))
    return redirect("centre:edit_page")


@never_cache
@centre_staff
def edit_photo(request: HttpRequest) -> HttpResponse:
    """The photo on the centre's public page; it shows at once."""
    current = queries.profile()
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
