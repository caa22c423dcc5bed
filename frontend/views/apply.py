"""A centre applies for a space, without an account: by a link that is the only way to its application."""

from functools import partial
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import consents
from hub.centres import duplicates, hosts
from hub.intake import operations, queries
from hub.intake.models import Application
from kernel.errors import DomainError
from workflows import admission

from .. import downloads, mail
from ..intake_draft import FIRST, ApplicationDraft, said
from ..intake_forms import AgreeForm, facts_of
from ..intake_words import promise, remarks_in_words, story
from ..wizard import CHECK, Wizard

MOST_ALIKE = 5


def _application(token: str) -> Application:
    """The door. Raises NotVisible for a link that leads nowhere."""
    return queries.application_by_token(token, now=timezone.now())


def _limited(request: HttpRequest, application: Application) -> HttpResponse | None:
    """The page that asks for patience, for a link that is written to too often."""
    if request.method != "POST":
        return None
    action = "intake_paper" if request.FILES else "intake"
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action=action, key=str(application.pk))
    return limited


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What one needs, how long it takes, and whether it is this or a claim that one wants."""
    return render(request, "pages/apply/start.html")


@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """The first page; kept, it makes the application and its link."""
    if request.method == "POST":
        for limit in ({"action": "intake_begin"}, {"action": "intake_all", "key": "all"}):
            if limited := ratelimit.consume_or_429(request, **limit):
                return limited
    draft = ApplicationDraft()
    response = _wizard(request, draft).page(FIRST, _not_yet, "pages/apply/step.html", {"noindex": True})
    if draft.application:
        _mail_link(request, draft.application, draft.token)
    return response


def _not_yet(cleaned: dict[str, Any]) -> HttpResponse:
    raise Http404


def _mail_link(request: HttpRequest, application: Application, token: str) -> None:
    """To the address that was typed, if any; whoever types others' addresses soon runs dry."""
    typed = said(queries.typed_of(application), FIRST, "contact_email", "name")
    email = typed["contact_email"].strip().lower()
    if email and ratelimit.consume(request, action="intake_mail", key=email):
        mail.send_application_link(email, name=typed["name"], token=token)


@never_cache
def step(request: HttpRequest, token: str, word: str) -> HttpResponse:
    """One page of it. What was sent cannot be changed, unless the ministry asks."""
    application = _application(token)
    if not application.is_editable:
        return redirect("hub:apply_status", token)
    if limited := _limited(request, application):
        return limited
    wizard = _wizard(request, ApplicationDraft(application, token))
    context = {
        "application": application,
        "token": token,
        "link": hosts.hub_url(reverse("hub:apply_status", args=[token])),
        "alike": _alike(wizard) if word not in (FIRST, "tempat") else [],
        "text": consents.current(operations.CONSENT),
        "noindex": True,
    }
    return wizard.page(word, partial(_sent, token, application), "pages/apply/step.html", context)


def _wizard(request: HttpRequest, draft: ApplicationDraft) -> Wizard:
    remarks = queries.remarks_of(draft.application) if draft.application else {}
    return Wizard(request, draft, draft.steps, draft.url, closing=AgreeForm, remarks=remarks)


def _alike(wizard: Wizard) -> list[duplicates.Pair]:
    """Listed centres that this one may be: then it has to be claimed, not registered twice."""
    where = said(wizard.typed, "tempat", "regency", "village")
    name = said(wizard.typed, FIRST, "name")["name"]
    if not (name and where["regency"]):
        return []
    found = queries.may_be_listed_already(name=name, regency=where["regency"], village=where["village"])
    return found[:MOST_ALIKE]


def _sent(token: str, application: Application, cleaned: dict[str, Any]) -> HttpResponse:
    sent = operations.send(application, facts_of(cleaned), now=timezone.now())
    mail.tell_applicant(sent, "intake_sent")
    return redirect("hub:apply_status", token)


@require_safe
@never_cache
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Where the application stands, what is asked, and what happens next."""
    application, now = _application(token), timezone.now()
    remarks = queries.remarks_of(application)
    draft = ApplicationDraft(application, token)
    missing = _wizard(request, draft).first_missing() if application.is_editable else None
    context = {
        "application": application,
        "token": token,
        "link": hosts.hub_url(request.path),
        "name": application.name or said(queries.typed_of(application), FIRST, "name")["name"],
        "go_on_url": draft.url(CHECK if missing is None else missing.word) if application.is_editable else "",
        "remarks": [(label, text, draft.url(word)) for label, text, word in remarks_in_words(remarks)],
        "asked": queries.last_asked(application) if application.state == "asked" else None,
        "promise": promise(application, timezone.localdate(now)),
        "story": story(application.moments.all(), names_officials=False),
        "facts": queries.facts_of(application) if application.was_sent else None,
        "invites_again": queries.may_invite_again(application, now=now),
        "noindex": True,
    }
    return render(request, "pages/apply/status.html", context)


@require_POST
def discard(request: HttpRequest, token: str) -> HttpResponse:
    application = _application(token)
    try:
        operations.discard(application, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("hub:apply_status", token)
    messages.success(request, _("The draft and all that was typed are gone."))
    return redirect("hub:apply")


@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    application = _application(token)
    try:
        operations.withdraw(application, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The application is withdrawn, and its documents are deleted."))
    return redirect("hub:apply_status", token)


@require_POST
def invite_again(request: HttpRequest, token: str) -> HttpResponse:
    """Another invitation for the head: by mail, or on the spot for who has no e-mail."""
    application = _application(token)
    if limited := _limited(request, application):
        return limited
    try:
        admitted = admission.invite_again(application, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("hub:apply_status", token)
    if not admitted.invitation.email:
        return redirect("hub:invitation", admitted.token)
    mail.welcome(admitted)
    messages.success(request, _("A new invitation is on its way to the head's e-mail."))
    return redirect("hub:apply_status", token)


@require_safe
def paper(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """One of the application's own documents."""
    found = queries.own_paper(_application(token), name)
    return downloads.of_file(found.file, is_private=True, called=found.kind)
