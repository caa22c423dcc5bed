"""The ministry's rooms for companies and training providers: who there is, what waits, who asks to join."""

import uuid
from typing import Any

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import queries as accounts
from hub.accounts.models import Organisation, OrganisationKind
from hub.accounts.roles import Role
from hub.partners import operations, queries
from hub.partners.models import JoinRequest, JoinState, Standing
from hub.regions.queries import all_provinces
from kernel.errors import DomainError

from .. import downloads, mail
from ..listing import DOWNLOAD, Table, list_page
from ..partner_forms import OwnerForm, ReasonForCompanyForm, RegisterForm, VerifyForm
from ..people import actor, ministry, person
from ..verification_story import story
from . import members


class OrganisationTable(Table):
    name = tables.Column(gettext_lazy("Name"))
    kind = tables.Column(gettext_lazy("Kind"))
    standing = tables.Column(gettext_lazy("Verification"))
    industry = tables.Column(gettext_lazy("Industry"), accessor="partner_profile__industry")
    regency = tables.Column(
        gettext_lazy("Place"), accessor="partner_profile__regency", order_by="partner_profile__regency__name"
    )
    asked_at = tables.Column(gettext_lazy("Waiting since"))
    verified_at = tables.Column(gettext_lazy("Verified on"))
    created_at = tables.Column(gettext_lazy("Registered on"))

    hidden_at_first = ("verified_at", "created_at")

    def render_name(self, record: Organisation) -> str:
        url = reverse("hub:ministry_partner", args=[record.pk])
        demo = (
            format_html(' <span class="text-muted text-xs font-normal">{}</span>', _("Demo")) if record.is_demo else ""
        )
        return format_html('<a href="{}">{}</a>{}', url, record.name, demo)

    def value_name(self, record: Organisation) -> str:
        return record.name

    def render_standing(self, record: Any) -> str:
        if record.kind != OrganisationKind.PARTNER:
            return "–"
        return render_to_string("pages/ministry/_standing.html", {"standing": record.standing, "record": record})

    def value_standing(self, record: Any) -> str:
        return str(Standing(record.standing).label)

    def render_regency(self, value: Any) -> str:
        return f"{value}, {value.province}"

    def render_asked_at(self, value: Any) -> str:
        return date_format(timezone.localtime(value), "j M Y")

    render_verified_at = render_created_at = render_asked_at


class OrganisationFilter(django_filters.FilterSet):
    cari = django_filters.CharFilter(label=gettext_lazy("Name or industry"), method="by_words")
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("Verification"), choices=Standing.choices, field_name="standing"
    )
    jenis = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=OrganisationKind.choices, field_name="kind")
    provinsi = django_filters.ChoiceFilter(
        label=gettext_lazy("Province"),
        choices=lambda: [(one.code, str(one)) for one in all_provinces()],
        field_name="partner_profile__regency__province",
    )

    def by_words(self, rows: QuerySet[Organisation], name: str, value: str) -> QuerySet[Organisation]:
        return queries.with_words(rows, value)


class JoinTable(Table):
    company = tables.Column(gettext_lazy("Company"))
    name = tables.Column(gettext_lazy("From"))
    created_at = tables.Column(gettext_lazy("Sent on"))
    state = tables.Column(gettext_lazy("Status"))

    def render_company(self, record: JoinRequest) -> str:
        url = reverse("hub:join_request", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, record.company)

    def value_company(self, record: JoinRequest) -> str:
        return record.company

    def render_created_at(self, value: Any) -> str:
        return date_format(timezone.localtime(value), "j M Y")


class JoinFilter(django_filters.FilterSet):
    cari = django_filters.CharFilter(label=gettext_lazy("Company"), field_name="company", lookup_expr="icontains")
    status = django_filters.ChoiceFilter(label=gettext_lazy("Status"), choices=JoinState.choices, field_name="state")


def _kinds(request: HttpRequest) -> list[OrganisationKind]:
    """What this person may register: the kinds whose owner they may invite."""
    offered = accounts.roles_to_offer(request.roles)  # type: ignore[attr-defined]
    return [kind for kind, role in operations.OWNER_ROLE.items() if role in offered]


def _tabs(request: HttpRequest) -> dict[str, Any]:
    user = person(request)
    return {
        "decides": queries.decides(user),
        "waiting": queries.waiting(user),
        "wishes": queries.open_join_requests(user),
    }


@require_safe
@never_cache
@ministry
def partners(request: HttpRequest) -> HttpResponse:
    """All companies and training providers that this person is responsible for."""
    rows = queries.organisations_for_ministry(person(request), now=timezone.now())
    context = _tabs(request) | {"shows_waiting": request.GET.get("status") == Standing.SUBMITTED}
    return list_page(
        request, "pages/ministry/partners.html", OrganisationTable, rows, OrganisationFilter,
        context=context, file_name="mitra",
    )  # fmt: skip


@require_safe
@never_cache
@ministry
def partner(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """One of them, with its documents for those who decide."""
    return _partner_page(request, organisation_id)


def _partner_page(request: HttpRequest, organisation_id: uuid.UUID, **forms: Any) -> HttpResponse:
    now, user = timezone.now(), person(request)
    organisation = queries.organisation_for_ministry(user, organisation_id, now=now)
    profile, case = queries.profile_of(organisation), queries.case_of(organisation_id, now=now)
    owner_role = operations.OWNER_ROLE[OrganisationKind(organisation.kind)]
    context = {
        "organisation": organisation,
        "is_company": organisation.kind == OrganisationKind.PARTNER,
        "profile": profile,
        "complete": queries.completeness(profile),
        "case": case,
        "story": story(case),
        "people": accounts.people_of_organisation(organisation_id),
        "invitations": accounts.open_invitations(now=now, organisation_id=organisation_id),
        "decides": queries.decides(user),
        "may_invite": accounts.may_invite(user, owner_role, centre_id=None, organisation_id=organisation_id),
        "verify_form": VerifyForm(),
        "reason_form": ReasonForCompanyForm(),
        "withdraw_form": ReasonForCompanyForm(auto_id="id_tarik_%s"),
        "owner_form": OwnerForm(),
        **forms,
    }
    return render(request, "pages/ministry/partner.html", context)


@require_POST
@ministry
def decide(request: HttpRequest, organisation_id: uuid.UUID, verification_id: uuid.UUID) -> HttpResponse:
    """Verify, refuse or withdraw, as the button says; the owners are told by mail."""
    queries.deciding_desk(person(request))
    verification = queries.verification_for_ministry(person(request), organisation_id, verification_id)
    step, form, name = _step(request)
    if not form.is_valid():
        return _partner_page(request, organisation_id, **{name: form, "asked": request.POST.get("jawaban")})
    said = {key: value for key, value in form.cleaned_data.items() if key == "reason"}
    try:
        done = step(verification, decider=person(request), by=actor(request), now=timezone.now(), **said)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        mail.tell_owners_of_decision(done)
        messages.success(request, _("Done. The owners have been told by mail."))
    return redirect("hub:ministry_partner", organisation_id)


def _step(request: HttpRequest) -> tuple[Any, Any, str]:
    """The operation that the button stands for, its form, and what the page calls that form."""
    answer = request.POST.get("jawaban")
    if answer == "sahkan":
        return operations.verify, VerifyForm(request.POST), "verify_form"
    if answer == "tolak":
        return operations.refuse, ReasonForCompanyForm(request.POST), "reason_form"
    if answer == "tarik":
        return operations.withdraw, ReasonForCompanyForm(request.POST, auto_id="id_tarik_%s"), "withdraw_form"
    raise Http404


@require_safe
@ministry
def evidence(request: HttpRequest, organisation_id: uuid.UUID, name: str) -> HttpResponse:
    """A company's document, for those who decide. The company sees who opened it."""
    document = queries.evidence_for_ministry(person(request), organisation_id, name)
    organisation = document.verification.organisation
    answer = downloads.of_file(document.file, is_private=True, called=document.kind)
    operations.note_evidence_read(document, organisation, by=actor(request), now=timezone.now())
    return answer


@never_cache
@ministry
def register(request: HttpRequest) -> HttpResponse:
    """Take in a company or training provider, and invite its owner."""
    kinds = _kinds(request)
    if not kinds:
        raise Http404
    form = RegisterForm(request.POST or None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        if limited := members.too_many_invitations(request):
            return limited
        try:
            _organisation, invitation, token = operations.register(
                **form.cleaned_data, inviter=person(request), by=actor(request), now=timezone.now()
            )
        except DomainError as error:
            form.add_error("name", str(error))
        else:
            return mail.deliver_invitation(request, invitation, token)
    return render(request, "pages/ministry/partner_new.html", {"form": form})


@require_POST
@ministry
def invite_owner(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Another owner for an organisation: the way back in when it has none."""
    queries.deciding_desk(person(request))
    organisation = queries.organisation_for_ministry(person(request), organisation_id, now=timezone.now())
    form = OwnerForm(request.POST)
    if not form.is_valid():
        return _partner_page(request, organisation_id, owner_form=form)
    role = Role(operations.OWNER_ROLE[OrganisationKind(organisation.kind)])
    data = form.cleaned_data
    return members.invite(
        request, role=role, organisation=organisation, name=data["owner_name"], email=data["owner_email"]
    )


@require_safe
@never_cache
@ministry
def join_requests(request: HttpRequest) -> HttpResponse:
    """Companies that ask to join, from people without an account. No file of them: these data go after half a year."""
    rows = queries.join_requests(person(request))
    if DOWNLOAD in request.GET:
        raise Http404
    context = _tabs(request)
    return list_page(request, "pages/ministry/join_requests.html", JoinTable, rows, JoinFilter, context=context)


@never_cache
@ministry
def join_request(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """Invite, refuse or forget whoever asked, as the button says."""
    wish = queries.join_request(person(request), request_id)
    form = ReasonForCompanyForm(request.POST if request.POST.get("jawaban") == "tolak" else None)
    if request.method == "POST" and (answer := _answered(request, wish, form)):
        return answer
    return render(request, "pages/ministry/join_request.html", {"wish": wish, "form": form})


def _answered(request: HttpRequest, wish: JoinRequest, form: ReasonForCompanyForm) -> HttpResponse | None:
    """None if the page has to be shown again."""
    who: dict[str, Any] = {"by": actor(request), "now": timezone.now()}
    try:
        match request.POST.get("jawaban"):
            case "undang":
                invitation, token = operations.accept_to_join(wish, decider=person(request), **who)
                return mail.deliver_invitation(request, invitation, token)
            case "hapus":
                operations.forget_join_request(wish, **who)
                messages.success(request, _("The request and all that it said were deleted."))
                return redirect("hub:join_requests")
            case "tolak" if form.is_valid():
                refused = operations.refuse_to_join(wish, decider=person(request), **form.cleaned_data, **who)
                mail.tell_of_refused_wish(refused)
                messages.success(request, _("Refused. They have been told by mail."))
                return redirect("hub:join_requests")
    except DomainError as error:
        messages.error(request, str(error))
    return None
