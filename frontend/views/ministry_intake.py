"""The ministry's room of centres that apply: the queue, one application, and each answer on a page of its own."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import queries as accounts
from hub.accounts.roles import KEEPER_ROLES
from hub.centres import operations as centres
from hub.centres.models import Centre
from hub.centres.slugs import SlugRefused
from hub.intake import operations, queries
from hub.intake.models import Application, MomentKind, PaperKind
from kernel.errors import DomainError
from workflows import admission

from .. import downloads, mail
from ..intake_forms import NEW, ApproveForm, RejectForm, RemarksForm
from ..intake_tables import ApplicationFilter, ApplicationTable
from ..intake_words import Answer, Section, promise, remarks_in_words, sections, story
from ..listing import list_page
from ..people import actor, ministry, person

ROWS_A_PAGE = 25
MOST_ALIKE = 5


@require_safe
@never_cache
@ministry
def applications(request: HttpRequest) -> HttpResponse:
    """Every application that was sent to this person's provinces; at first those that wait for an answer."""
    user = person(request)
    rows = queries.applications(user)
    context = {"counts": queries.counts(user, today=timezone.localdate()), "now_shown": request.GET.get("keadaan", "")}
    return list_page(
        request, "pages/ministry/intake.html", ApplicationTable, rows, ApplicationFilter, context=context,
        size=ROWS_A_PAGE, file_name="pendaftaran", provinces=accounts.provinces_of(user, KEEPER_ROLES),
    )  # fmt: skip


@require_safe
@never_cache
@ministry
def application(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """One application: its answers, its documents, what it may be a duplicate of, and what happened."""
    user = person(request)
    found = queries.application(user, application_id)
    is_decided = found.decided_at is not None
    context = _told(found) | {
        "may_decide": queries.may_decide(found, user),
        "may_take_over": queries.may_take_over(found, user),
        "is_mine": found.taken_by_id == user.pk,
        "alike": None if is_decided or found.state == "withdrawn" else queries.alike(found, user),
        "promise": promise(found, timezone.localdate()),
        "remarks": remarks_in_words(queries.remarks_of(found)),
    }
    return render(request, "pages/ministry/intake_application.html", context)


def _told(found: Application) -> dict[str, Any]:
    """What the pages about one application show alike: six statements with what they ask for."""
    happened = list(found.moments.select_related("by"))
    facts, regency = queries.facts_of(found), found.regency
    assert regency is not None
    rounds = [one for one in happened if one.kind in (MomentKind.ASKED, MomentKind.SENT_AGAIN)]
    changed = rounds[-1].about if rounds and rounds[-1].kind == MomentKind.SENT_AGAIN else {}
    return {
        "application": found,
        "facts": facts,
        "sections": sections(facts, regency=regency, changed=changed),
        "changed": changed,
        "papers": list(found.papers.all()),
        "story": story(happened, names_officials=True),
    }


@require_safe
@ministry
def paper(request: HttpRequest, application_id: uuid.UUID, name: str) -> HttpResponse:
    """One document, for those who may decide; that it was opened stands in the trail."""
    found = queries.paper(person(request), application_id, name)
    answer = downloads.of_file(found.file, is_private=True, called=found.kind)
    operations.note_paper_read(found, by=actor(request), now=timezone.now())
    return answer


# ---------------------------------------------------------------- whose it is


@require_POST
@ministry
def take(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Say that one is at it; with ``alih``, in place of a colleague."""
    found = queries.application(person(request), application_id)
    try:
        operations.take(found, **_who(request), even_from_other="alih" in request.POST)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is yours now. Others see that you are at it."))
    return redirect("hub:intake_application", application_id)


@require_POST
@ministry
def hand_back(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    found = queries.application(person(request), application_id)
    try:
        operations.hand_back(found, **_who(request))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It waits for anybody again."))
    return redirect("hub:intake_application", application_id)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"decider": person(request), "by": actor(request), "now": timezone.now()}


# ---------------------------------------------------------------- answers


@never_cache
@ministry
def ask_back(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Remarks beside the answers that they are about."""
    found = queries.application(person(request), application_id)
    context = _told(found)
    shown: list[Section] = [*context["sections"], _papers_section(context["papers"])]
    names = [answer.name for section in shown for answer in section.answers]
    form = RemarksForm(request.POST or None, names=names)
    if request.method == "POST" and form.is_valid():
        try:
            asked = operations.ask_back(found, **form.said, **_who(request))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            _tell(request, asked, "intake_asked", _("Sent back, with your remarks."))
            return redirect("hub:intake_application", application_id)
    lines = [(one.label, [(answer, form[answer.name]) for answer in one.answers]) for one in shown]
    return render(request, "pages/ministry/intake_application_ask.html", context | {"form": form, "lines": lines})


def _papers_section(papers: list[Any]) -> Section:
    there = {paper.kind for paper in papers}
    answers = [Answer(kind.value, kind.label, _("Uploaded") if kind in there else "–") for kind in PaperKind]
    return Section(_("Documents"), answers)


@never_cache
@ministry
def reject(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    found = queries.application(person(request), application_id)
    form = RejectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rejected = operations.reject(found, **form.cleaned_data, **_who(request))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            _tell(request, rejected, "intake_rejected", _("Rejected."))
            return redirect("hub:intake_application", application_id)
    return render(request, "pages/ministry/intake_application_reject.html", {"application": found, "form": form})


def _tell(request: HttpRequest, application: Application, name: str, done: str) -> None:
    """Mail it, or say to the official how else the applicant learns of it."""
    if mail.tell_applicant(application, name):
        messages.success(request, f"{done} {_('The applicant has been told by mail.')}")
    else:
        phone = queries.facts_of(application).head_phone
        words = _("The applicant has no e-mail: call %(phone)s. Their link shows it, too.")
        messages.warning(request, f"{done} {words % {'phone': phone}}")


@never_cache
@ministry
def approve(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Let the centre in: as a new one, or as a row of the register, once they were compared side by side."""
    user, now = person(request), timezone.now()
    found = queries.application(user, application_id)
    rows = _rows(request, found)
    problems = {row.code: admission.obstacle_to_join(found, row, now=now) for row in rows}
    form = ApproveForm(
        request.POST or None, suggestion=_suggestion(found),
        choices=[(row.code, row.name) for row in rows if not problems[row.code]],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() and (answer := _approved(request, found, form)):
        return answer
    context = _told(found) | {
        "form": form,
        "rows": [(row, problems[row.code]) for row in rows],
        "search": request.GET.get("kode", "")[:20],
        "may_decide": queries.may_decide(found, user),
    }
    return render(request, "pages/ministry/intake_application_approve.html", context)


def _rows(request: HttpRequest, found: Application) -> list[Centre]:
    """Rows of the register to compare with: likely ones, and one that the official names by its code."""
    user = person(request)
    rows = [pair.other for pair in queries.alike(found, user).centres[:MOST_ALIKE]]
    code = (request.GET.get("kode") or "").strip().lower().replace("\0", "")
    named = {code, request.POST.get("into", "").replace("\0", "")} - {"", NEW, *(row.code for row in rows)}
    return [*accounts.centres_to_keep(user).filter(code__in=named, merged_into=None), *rows]


def _suggestion(found: Application) -> str:
    facts = queries.facts_of(found)
    return centres.derive_slug(Centre(name=facts.name, regency_id=facts.regency, village=facts.village))


def _approved(request: HttpRequest, found: Application, form: ApproveForm) -> HttpResponse | None:
    """None if the page has to be shown again."""
    into, slug = form.cleaned_data["into"], form.cleaned_data["slug"]
    how = {"slug": slug} if into == NEW else {"into": accounts.centre_to_keep(person(request), into)}
    try:
        admitted = admission.approve(found, **how, **_who(request))
    except (DomainError, ValidationError) as error:
        field = "slug" if isinstance(error, SlugRefused) else None
        form.add_error(field, error if isinstance(error, ValidationError) else str(error))
        return None
    if admitted.invitation.email:
        mail.welcome(admitted)
        messages.success(request, _("The centre is live. Its head is invited by mail."))
        return redirect("hub:intake_application", found.pk)
    mail.tell_applicant(found, "intake_approved")
    return mail.deliver_invitation(request, admitted.invitation, admitted.token)
