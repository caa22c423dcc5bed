"""A centre's news as its staff write it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tenants.site import operations as site
from tenants.site import queries

from ..listing import list_page
from ..people import actor, centre_staff
from ..space_forms import AnnouncementForm
from ..space_lists import NewsFilter, NewsTable


@require_safe
@never_cache
@centre_staff
def news(request: HttpRequest) -> HttpResponse:
    return list_page(request, "pages/space/news.html", NewsTable, queries.news(), NewsFilter, file_name="kabar")


@never_cache
@centre_staff
def write(request: HttpRequest) -> HttpResponse:
    form = AnnouncementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        site.announce(**form.cleaned_data, by=actor(request), now=timezone.now())
        messages.success(request, _("Published. Everybody sees it now."))
        return redirect("centre:news_list")
    return render(request, "pages/space/announcement.html", {"form": form})


@never_cache
@centre_staff
def edit(request: HttpRequest, announcement_id: int) -> HttpResponse:
    current = queries.announcement(announcement_id)
    form = AnnouncementForm(request.POST or None, initial={"title": current.title, "body": current.body})
    if request.method == "POST" and form.is_valid():
        site.revise_announcement(current, **form.cleaned_data, by=actor(request), now=timezone.now())
        messages.success(request, _("Saved. Your page shows it now."))
        return redirect("centre:news_list")
    return render(request, "pages/space/announcement.html", {"form": form, "announcement": current})


@never_cache
@centre_staff
def remove(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Asks first; then it is gone for good."""
    current = queries.announcement(announcement_id)
    if request.method == "POST":
        site.withdraw_announcement(current, by=actor(request), now=timezone.now())
        messages.success(request, _("The news was deleted."))
        return redirect("centre:news_list")
    return render(request, "pages/space/announcement_remove.html", {"announcement": current})
