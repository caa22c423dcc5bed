"""Intakes of programmes, for the ministry and, in figures only, for donors. A person's token, never a company's."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api.operation import Operation
from api.paging import ById, NewestOpening
from api.people import token_of
from api.resources import Filters, ListOf, One, Resource
from hub.accounts.models import User
from hub.accounts.queries import NotVisible, provinces_of
from hub.accounts.roles import Role
from hub.programmes import queries
from hub.programmes.models import Application, Cohort
from hub.programmes.queries import Cut, Funnel
from hub.tokens.scopes import Scope

from . import filters
from . import programme_serializers as serializers


class OfProgrammes(Resource):
    """For who holds one of ``audience``; of one intake where the address names one."""

    audience: ClassVar[frozenset[Role]] = queries.AUDIENCE

    def open_door(self, request: Request) -> None:
        user = self.user_of(request)
        queries.require(user, self.audience)
        if "cohort_id" in self.kwargs:
            self.cohort = queries.cohort_for(user, self.kwargs["cohort_id"], self.audience)

    def user_of(self, request: Request) -> User:
        user = token_of(request).user
        if user is None:
            raise NotVisible
        return user


class CohortList(ListOf, OfProgrammes):
    """Intakes, the newest first."""

    tag = "programmes"
    operations = {
        "GET": Operation(
            "listCohorts", _("Intakes of programmes, the newest first"), scope=Scope.PROGRAMMES_READ,
            example_query={"state": "selecting", "fields": "id,name,state"},
        ),
    }  # fmt: skip
    queryset = Cohort.objects.none()
    serializer_class = serializers.CohortSerializer
    pagination_class = NewestOpening
    filterset_class = filters.CohortFilter

    def get_queryset(self) -> QuerySet[Cohort]:
        return queries.cohorts(self.user_of(self.request)) if self.request else Cohort.objects.none()


class CohortDetail(One, OfProgrammes):
    """One intake with its published rules."""

    tag = "programmes"
    audience = queries.READERS
    operations = {
        "GET": Operation("getCohort", _("One intake with its published rules"), scope=Scope.PROGRAMMES_READ),
    }
    queryset = Cohort.objects.none()
    serializer_class = serializers.CohortWithRulesSerializer
    lookup_field, lookup_url_kwarg = "id", "cohort_id"

    def get_object(self) -> Cohort:
        return self.cohort


class ApplicationList(ListOf, OfProgrammes):
    """The centres of an intake; for a provincial officer those of their provinces."""

    tag = "programmes"
    audience = queries.READERS
    operations = {
        "GET": Operation(
            "listApplications", _("The centres of an intake, each with where it stands"),
            scope=Scope.APPLICATIONS_READ, example_query={"standing": "applied", "limit": "5"},
        ),
    }  # fmt: skip
    queryset = Application.objects.none()
    serializer_class = serializers.ApplicationSerializer
    pagination_class = ById
    filterset_class = filters.ApplicationFilter

    def get_queryset(self) -> QuerySet[Application]:
        if not self.request:
            return Application.objects.none()
        return queries.applications(self.cohort, self.user_of(self.request))


class CohortFunnel(One, OfProgrammes):
    """How far the centres of an intake have come, in figures; for a provincial officer of their provinces."""

    tag = "programmes"
    operations = {
        "GET": Operation(
            "getFunnel", _("How far the centres of an intake have come, in figures"), scope=Scope.PROGRAMMES_READ,
            example_query={"province": "35"},
        ),
    }  # fmt: skip
    queryset = Application.objects.none()
    serializer_class = serializers.FunnelSerializer
    filterset_class = filters.CutFilter
    lookup_field, lookup_url_kwarg = "id", "cohort_id"

    def get_object(self) -> Funnel:
        said = self._narrowed()
        cut = Cut(
            said["province"], said["field"], said["women_led"] if said["women_led"] != "" else None,
            provinces_of(self.user_of(self.request), queries.AUDIENCE),
        )  # fmt: skip
        return queries.funnel(self.cohort, cut)

    def _narrowed(self) -> dict[str, Any]:
        """What the query narrows by. Raises Refusal for a value that cannot be."""
        backend, rows = Filters(), Application.objects.none()
        backend.filter_queryset(self.request, rows, self)
        filterset = backend.get_filterset(self.request, rows, self)
        assert filterset is not None and filterset.is_valid()
        return dict(filterset.form.cleaned_data)
