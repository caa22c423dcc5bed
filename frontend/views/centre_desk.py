"""One centre as the ministry sees it: what the hub knows, its people, its life, its papers, its trail.

Of what is inside, the papers alone, as a centre stands and falls with its licence (decision 16); nothing else.
"""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hub.accounts import queries
from hub.accounts.roles import MAY_INVITE, SUPPORT_ROLES, Role
from hub.audit import queries as audit
from hub.centres import duplicates
from hub.centres.models import Centre, State
from kernel import schema
from tenants.site import operations as site
from tenants.site import queries as papers
from tenants.site.models import Document

from .. import downloads
from ..account_forms import InviteStaffForm
from ..centre_steps import steps_for
from ..listing import list_page
from ..people import actor, ministry, person
from ..space_lists import CentreDocumentTable
from ..trail_tables import HUB_ACTIONS, EntryFilter, EntryTable
from . import members

MOMENTS = 30
MOST_PAPERS = 500  # a centre has tens
_LIFE = ("centre.",)


@require_safe
@never_cache
@ministry
def profile(request: HttpRequest, code: str) -> HttpResponse:
    centre = queries.centre_for_ministry(person(request), code)
    context = _frame(request, centre)
    context["addresses"] = list(centre.domains.order_by("-is_primary", "domain"))
    context["absorbed"] = list(centre.absorbed.order_by("name"))
    if context["keeps"] and not centre.merged_into_id and centre.state != State.ERASED:
        context["alike"] = duplicates.like(centre, neighbours(request, centre))[:5]
    return render(request, "pages/ministry/centre_profile.html", context)


def neighbours(request: HttpRequest, centre: Centre) -> list[Centre]:
    """Whom it may be a duplicate of: centres of its regency, and those of its VIN."""
    kept = queries.centres_to_keep(person(request))
    found = kept.filter(regency=centre.regency_id)
    return list(found | kept.filter(vin__iexact=centre.vin)) if centre.vin else list(found)


def _frame(request: HttpRequest, centre: Centre) -> dict[str, Any]:
    """What every side of a centre shows: its head, its tabs, and what may be done."""
    user = person(request)
    keeps = queries.keeps(user, centre)
    is_open = not centre.merged_into_id and centre.state != State.ERASED
    return {
        "centre": centre,
        "keeps": keeps,
        "steps": steps_for(centre) if keeps else [],
        "may_correct": keeps and is_open,
        "may_visit": centre.is_live and is_open and bool(request.roles & SUPPORT_ROLES),  # type: ignore[attr-defined]
    }


# ---------------------------------------------------------------- people


@never_cache
@ministry
def people(request: HttpRequest, code: str) -> HttpResponse:
    """Who holds a role at the centre, who is invited, and inviting its head."""
    user = person(request)
    centre = queries.centre_to_keep(user, code)
    offered = [Role.CENTRE_HEAD] if _may_invite_head(request, centre) else []
    form = InviteStaffForm(request.POST or None, roles=offered) if offered else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            return members.invite(request, centre=centre, **form.cleaned_data)
    context = {
        **_frame(request, centre),
        "form": form,
        "people": queries.staff_of(centre.pk),
        "invitations": queries.open_invitations(now=timezone.now(), centre_id=centre.pk),
        "manageable": set(offered),
        "me": user.pk,
    }
    return render(request, "pages/ministry/centre_people.html", context)


def _may_invite_head(request: HttpRequest, centre: Centre) -> bool:
    may = any(Role.CENTRE_HEAD in MAY_INVITE.get(role, ()) for role in request.roles)  # type: ignore[attr-defined]
    return may and not centre.merged_into_id and centre.state != State.ERASED


@require_POST
@ministry
def end_membership(request: HttpRequest, membership_id: int) -> HttpResponse:
    """End a role at a centre that the person looks after, by whoever could have given it."""
    membership = queries.membership_to_manage(person(request), membership_id)
    centre = _kept(request, membership.centre_id)
    members.end_role(request, membership)
    return redirect("hub:console_people", centre.code)


@require_POST
@ministry
def revoke_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    centre = _kept(request, queries.invitation_to_manage(person(request), invitation_id).centre_id)
    members.end_invitation(request, invitation_id)
    return redirect("hub:console_people", centre.code)


def _kept(request: HttpRequest, centre_id: uuid.UUID | None) -> Centre:
    """Raises Http404 for a centre that is not this person's to look after, and for no centre."""
    centre = queries.centres_to_keep(person(request)).filter(pk=centre_id).first()
    if centre is None:
        raise Http404
    return centre


# ---------------------------------------------------------------- papers


@require_safe
@never_cache
@ministry
def documents(request: HttpRequest, code: str) -> HttpResponse:
    """Which papers the centre has and until when they count, in days of its own calendar."""
    centre = queries.centre_to_keep(person(request), code)
    with timezone.override(centre.zone):
        return list_page(
            request, "pages/ministry/centre_documents.html", CentreDocumentTable, _papers_of(centre),
            context=_frame(request, centre), file_name=f"dokumen-{centre.code}",
        )  # fmt: skip


def _papers_of(centre: Centre) -> list[Document]:
    """Fetched whole, so that nothing of the page is built inside the centre's schema. None without a space."""
    if not centre.is_live:
        return []
    with schema.centre(centre):
        return list(papers.documents()[:MOST_PAPERS])


@require_safe
@ministry
def document(request: HttpRequest, code: str, document_id: int) -> HttpResponse:
    """A paper's file. Each opening stands in the centre's own trail."""
    centre = queries.centre_to_keep(person(request), code)
    if not centre.is_live:
        raise Http404
    with schema.centre(centre):
        paper = papers.document(document_id)
        called = f"{centre.code}-{slugify(paper.title) or 'dokumen'}"
        answer = downloads.of_file(paper.file, is_private=True, is_saved=True, called=called)
        site.note_document_read(paper, by=actor(request), now=timezone.now())
    return answer


# ---------------------------------------------------------------- activity and trail


@require_safe
@never_cache
@ministry
def activity(request: HttpRequest, code: str) -> HttpResponse:
    """When it was at work, and the steps of its life."""
    centre = queries.centre_for_ministry(person(request), code)
    context = {
        **_frame(request, centre),
        "moments": audit.trail(centre_id=centre.pk, actions=_LIFE)[:MOMENTS],
        "staff": queries.staff_of(centre.pk).count(),
        "invited": queries.open_invitations(now=timezone.now(), centre_id=centre.pk).count(),
        "visits": queries.visits_of_centre(centre.pk).count(),
    }
    return render(request, "pages/ministry/centre_activity.html", context)


@require_safe
@never_cache
@ministry
def trail(request: HttpRequest, code: str) -> HttpResponse:
    """What was done to this centre on the hub. The whole of its trail is its own, and the chief administrators'."""
    centre = queries.centre_to_keep(person(request), code)
    entries = audit.trail(centre_id=centre.pk, actions=HUB_ACTIONS)
    return list_page(
        request, "pages/ministry/centre_trail.html", EntryTable, entries, EntryFilter,
        context=_frame(request, centre), file_name=f"jejak-{centre.code}",
    )  # fmt: skip
