"""The hub's public pages of partners: who the ministry has verified, and asking to join."""

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.accounts import consents
from hub.partners import operations, queries
from hub.regions.queries import all_provinces

from ..paging import paged
from ..partner_forms import JoinForm

PARTNERS_A_PAGE = 24


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Companies that the ministry has verified and that want to be seen."""
    search = request.GET.get("cari", "").replace("\0", "")[:100].strip()
    province = request.GET.get("provinsi", "")
    provinces = [(one.code, str(one)) for one in all_provinces()]
    province = province if province in dict(provinces) else ""
    found = queries.listed(now=timezone.now(), search=search, province=province)
    context = {"search": search, "province": province, "provinces": provinces, "is_filtered": search or province}
    return render(request, "pages/hub/partners.html", context | paged(request, found, PARTNERS_A_PAGE))


@never_cache
def join(request: HttpRequest) -> HttpResponse:
    """A wish to join, from somebody without an account. The answer is the same whatever became of it."""
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.is_a_programs:
            return redirect("hub:joined")
        key = str(form.cleaned_data["email"]).lower()
        for limit in ({"action": "join_request", "key": key}, {"action": "join_requests", "key": "all"}):
            if limited := ratelimit.consume_or_429(request, **limit):
                return limited
        operations.ask_to_join(**form.wish, now=timezone.now())
        return redirect("hub:joined")
    return render(request, "pages/hub/join.html", {"form": form, "text": consents.current("join_request")})


@require_safe
def joined(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/hub/joined.html")
