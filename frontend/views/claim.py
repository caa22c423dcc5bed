"""A centre of the register claims its space by the code that the ministry sent."""

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.centres import queries
from hub.centres.models import Centre
from kernel.errors import DomainError
from workflows import admission

from .. import mail
from ..intake_forms import ClaimForm, FindForm


def _centre(code: str) -> Centre:
    """A centre of the public directory. Raises Centre.DoesNotExist."""
    return queries.listed_by_code(code.replace("\0", ""))


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Which centre it is: by its code from the letter, or in the directory."""
    form = FindForm(request.GET if "kode" in request.GET else None)
    if form.is_valid():
        try:
            return redirect("hub:claim", _centre(form.cleaned_data["kode"]).code)
        except Centre.DoesNotExist:
            form.add_error("kode", _("We know no centre of this code. Look at the letter again."))
    return render(request, "pages/claim/find.html", {"form": form, "noindex": form.is_bound})


@never_cache
def claim(request: HttpRequest, code: str) -> HttpResponse:
    """The code, and who one is. The page is the same whether the centre can be claimed or not."""
    try:
        centre = _centre(code)
    except Centre.DoesNotExist:
        raise Http404 from None
    form = ClaimForm(request.POST or None)
    if request.method == "POST":
        if limited := ratelimit.consume_or_429(request, action="claim", key=centre.code):
            return limited
        if form.is_valid() and (answer := _claimed(request, centre, form)):
            return answer
    return render(request, "pages/claim/claim.html", {"centre": centre, "form": form, "noindex": True})


def _claimed(request: HttpRequest, centre: Centre, form: ClaimForm) -> HttpResponse | None:
    """None if the page has to be shown again."""
    said = form.cleaned_data
    try:
        admitted = admission.claim(centre.pk, said["code"], name=said["name"], email=said["email"], now=timezone.now())
    except DomainError as error:
        form.add_error("code", str(error))
        return None
    if not admitted.invitation.email:
        return redirect("hub:invitation", admitted.token)
    mail.welcome(admitted)
    return render(request, "pages/claim/claimed.html", {"centre": centre, "email": admitted.invitation.email})
