"""Views on the hub's host. Each calls one query."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api.operation import Operation
from api.paging import ByCode, ById, ByName, NewestSent, NewestStart
from api.people import token_of
from api.resources import ListOf, One
from fleet import queries as fleet
from fleet.models import Run
from hub.accounts.models import Membership
from hub.accounts.queries import NotVisible, organisation_desk, people_of_organisation
from hub.centres import queries
from hub.centres.models import Centre, VocationalField
from hub.intake import queries as intake
from hub.intake.models import Application
from hub.regions.models import Province, Regency
from hub.regions.queries import all_provinces, all_regencies
from hub.tokens.scopes import Scope

from . import filters, serializers


class CentreList(ListOf):
    """Centres by name: every one that the public directory lists."""

    tag = "centres"
    operations = {
        "GET": Operation(
            "listCentres",
            _("Centres by name: all that the public directory lists"),
            example_query={"province": "35", "fields": "code,name,url", "limit": "5"},
        ),
    }
    serializer_class = serializers.CentreSerializer
    pagination_class = ByName
    filterset_class = filters.CentreFilter

    def get_queryset(self) -> QuerySet[Centre]:
        return queries.for_programs()


class CentreDetail(One):
    """One centre by its code."""

    tag = "centres"
    operations = {
        "GET": Operation("getCentre", _("One centre by its code")),
    }
    queryset = Centre.objects.none()
    serializer_class = serializers.CentreSerializer
    lookup_field = "code"

    def get_object(self) -> Centre:
        code = self.kwargs["code"]
        try:
            if "\0" in code:
                raise Http404
            return queries.listed_by_code(code)
        except Centre.DoesNotExist:
            raise Http404 from None


class RegionList(ListOf):
    """Provinces, each with its regencies and cities, by the codes of the ministry of home affairs."""

    tag = "regions"
    operations = {
        "GET": Operation(
            "listRegions",
            _("Provinces, each with its regencies and cities, by the codes of the ministry of home affairs"),
            example_query={"fields": "code,name"},
        ),
    }
    serializer_class = serializers.ProvinceSerializer
    pagination_class = ByCode

    def get_queryset(self) -> QuerySet[Province]:
        return all_provinces().prefetch_related("regencies")


class RegencyList(ListOf):
    """Regencies and cities."""

    tag = "regions"
    operations = {
        "GET": Operation(
            "listRegencies", _("Regencies and cities"), example_query={"province": "35", "search": "blitar"}
        ),
    }
    serializer_class = serializers.RegencySerializer
    pagination_class = ByCode
    filterset_class = filters.RegencyFilter

    def get_queryset(self) -> QuerySet[Regency]:
        return all_regencies()


class FieldList(ListOf):
    """Vocational fields (kejuruan), as the public register groups training."""

    tag = "fields"
    operations = {
        "GET": Operation("listFields", _("Vocational fields (kejuruan), as the public register groups training")),
    }
    serializer_class = serializers.FieldSerializer
    pagination_class = ByCode

    def get_queryset(self) -> QuerySet[VocationalField]:
        return queries.all_fields()


class RunList(ListOf):
    """Imports, provisionings and migrations, newest first: counts only, no names and no errors."""

    tag = "runs"
    operations = {
        "GET": Operation("listRuns", _("Imports and updates of all centres, newest first: counts only")),
    }
    serializer_class = serializers.RunSerializer
    pagination_class = NewestStart
    filterset_class = filters.RunFilter

    def get_queryset(self) -> QuerySet[Run]:
        return fleet.all_runs()


class RunDetail(One):
    """The progress of one import, provisioning or migration: counts only, no names and no errors."""

    tag = "runs"
    operations = {
        "GET": Operation("getRun", _("The progress of one import or update: counts only")),
    }
    queryset = Run.objects.none()
    serializer_class = serializers.RunSerializer
    lookup_field, lookup_url_kwarg = "id", "run_id"

    def get_object(self) -> Run:
        run_id: uuid.UUID = self.kwargs["run_id"]
        try:
            return fleet.run(run_id)
        except Run.DoesNotExist:
            raise Http404 from None


class OrganisationPeople(ListOf):
    """Who acts for a company or training provider: for itself, and for those who have a role there."""

    tag = "organisations"
    operations = {
        "GET": Operation(
            "listOrganisationPeople", _("Who acts for a company or training provider"), scope=Scope.ORGANISATION_READ
        ),
    }
    serializer_class = serializers.PersonOfSerializer
    pagination_class = ById

    def open_door(self, request: Request) -> None:
        token, wanted = token_of(request), self.kwargs["organisation_id"]
        if token.user is not None:
            organisation_desk(token.user, wanted)
        elif token.organisation_id != wanted:
            raise NotVisible

    def get_queryset(self) -> QuerySet[Membership]:
        return people_of_organisation(self.kwargs.get("organisation_id", uuid.UUID(int=0)))


class IntakeList(ListOf):
    """Centres that applied for a space, newest first: for officials who decide on them, of their provinces."""

    tag = "intake"
    operations = {
        "GET": Operation(
            "listIntake",
            _("Centres that applied for a space, newest first"),
            scope=Scope.INTAKE_READ,
            example_query={"state": "sent", "limit": "20"},
        ),
    }
    serializer_class = serializers.IntakeSerializer
    pagination_class = NewestSent
    filterset_class = filters.IntakeFilter

    def open_door(self, request: Request) -> None:
        _applications(request)

    def get_queryset(self) -> QuerySet[Application]:
        is_described = getattr(self, "swagger_fake_view", False)  # nobody asks then
        return Application.objects.none() if is_described else _applications(self.request)


class IntakeDetail(One):
    """One of them by its number."""

    tag = "intake"
    operations = {
        "GET": Operation("getIntake", _("One centre's application by its number"), scope=Scope.INTAKE_READ),
    }
    queryset = Application.objects.none()
    serializer_class = serializers.IntakeSerializer
    lookup_field, lookup_url_kwarg = "code", "number"

    def open_door(self, request: Request) -> None:
        _applications(request)

    def get_object(self) -> Application:
        number = self.kwargs["number"].replace("\0", "")
        found = _applications(self.request).filter(code=number.lower()).first()
        if found is None:
            raise Http404
        return found


def _applications(request: Request) -> QuerySet[Application]:
    """Those that the token's person may decide on. Raises NotVisible."""
    user = token_of(request).user
    if user is None:
        raise NotVisible
    return intake.applications(user)


class Me(One):
    """Whom the token acts as, and what it was allowed. Needs a token, and no scope."""

    tag = "me"
    operations = {
        "GET": Operation("getMe", _("Whom the token acts as, and what it was allowed")),
    }
    needs_token = True
    serializer_class = serializers.MeSerializer

    def get_object(self) -> Any:
        return token_of(self.request)
