"""Registering a centre by hand, for one that stands in no register: a form of several pages, with a draft."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from hub.accounts import queries
from hub.accounts.roles import KEEPER_ROLES, Role
from hub.centres import duplicates, operations
from hub.centres.models import Centre
from workflows import onboarding

from ..people import actor, ministry, person
from ..registration_forms import AddressForm, FieldsForm, HeadForm, NameForm, PlaceForm
from ..wizard import CHECK, OwnDraft, Step, Typed, Wizard
from . import members

_FACTS = ("foundation", "established", "licence_kind", "licence_number", "vin", "maturity_class")


@never_cache
@ministry
def register_centre(request: HttpRequest, word: str = "nama") -> HttpResponse:
    """One page of it. Whoever looks after centres may; a provincial officer in their provinces."""
    if not queries.keeps_centres(person(request)):
        raise Http404
    wizard = Wizard(request, OwnDraft(person(request), "new-centre"), partial(_steps, request), _url)
    context = {"alike": _alike(request, wizard.typed) if word == CHECK else []}
    return wizard.page(word, partial(_finish, request), "pages/ministry/register_centre.html", context)


def _url(word: str) -> str:
    return reverse("hub:register_centre_step", args=[word])


def _steps(request: HttpRequest, typed: Typed) -> list[Step]:
    provinces = queries.provinces_of(person(request), KEEPER_ROLES)
    steps = [
        Step("nama", gettext_lazy("Name"), NameForm),
        Step("tempat", gettext_lazy("Place"), partial(PlaceForm, provinces=provinces)),
        Step("kejuruan", gettext_lazy("Fields and licence"), FieldsForm),
        Step("alamat", gettext_lazy("Address"), partial(AddressForm, suggestion=_suggestion(typed))),
    ]
    if Role.CENTRE_HEAD in queries.roles_to_offer(request.roles):  # type: ignore[attr-defined]
        steps.append(Step("kepala", gettext_lazy("Head"), HeadForm))
    return steps


def _begun(typed: Typed) -> Centre | None:
    """The centre as far as it is described; None before its name and place are known."""
    said = {name: values[0] for step in typed.values() for name, values in step.items() if values}
    if not (said.get("name") and said.get("regency")):
        return None
    return Centre(
        name=said["name"], regency_id=said["regency"], village=said.get("village", ""), vin=said.get("vin", "")
    )


def _suggestion(typed: Typed) -> str:
    centre = _begun(typed)
    return operations.derive_slug(centre) if centre and "alamat" not in typed else ""


def _alike(request: HttpRequest, typed: Typed) -> list[duplicates.Pair]:
    """Centres that this one may be already."""
    centre = _begun(typed)
    if centre is None:
        return []
    others = queries.centres_to_keep(person(request)).filter(regency_id=centre.regency_id)
    return duplicates.like(centre, others)[:5]


def _finish(request: HttpRequest, answers: dict[str, Any]) -> HttpResponse:
    centre = onboarding.admit(
        name=answers["name"],
        regency=answers["regency"],
        village=answers["village"],
        fields=list(answers["fields_taught"]),
        slug=answers["slug"],
        facts={name: answers[name] for name in _FACTS},
        reason=answers["reason"],
        by=actor(request),
        now=timezone.now(),
    )
    messages.success(request, _("“%(name)s” is registered and has its space.") % {"name": centre.name})
    if answers.get("head_name") or answers.get("head_email"):
        offer = {"name": answers["head_name"], "email": answers["head_email"]}
        return members.invite(request, role=Role.CENTRE_HEAD, centre=centre, **offer)
    return redirect("hub:console_centre", centre.code)
