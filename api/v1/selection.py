"""Selection by program: a centre's own applications and results, and an assessor's own work."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api.operation import Operation
from api.paging import ById
from api.people import token_of
from api.resources import ListOf
from hub.accounts.queries import NotVisible
from hub.accounts.roles import Role
from hub.programmes.models import Application
from hub.programmes.queries import of_centre, require
from hub.selection import queries
from hub.selection.models import Assessment
from hub.tokens.scopes import Scope

from . import selection_serializers as serializers
from .centre import OfCentre


class OwnApplications(ListOf, OfCentre):
    """The centre's own part in programmes."""

    tag = "programmes"
    operations = {
        "GET": Operation(
            "listOwnApplications", _("The centre's applications to programmes, with its own published results"),
            scope=Scope.RESULTS_READ,
        ),
    }  # fmt: skip
    queryset = Application.objects.none()
    serializer_class = serializers.OwnApplicationSerializer
    pagination_class = ById

    def get_queryset(self) -> QuerySet[Application]:
        return of_centre(self.centre.id)

    def get_serializer_context(self) -> dict[str, Any]:
        """Results and points of all its applications: two statements; none while the API is being described."""
        context = dict(super().get_serializer_context())
        if getattr(self, "swagger_fake_view", False):
            return context
        own = {"results": queries.results_of(self.centre.id), "points": queries.points_of(self.centre.id)}
        return {**context, **own}


class OwnAssessments(ListOf):
    """What the person scores in rounds that are under way; never what a conflict of interest keeps from them."""

    tag = "programmes"
    operations = {
        "GET": Operation(
            "listOwnAssessments", _("The applications that you score now, with your own points"),
            scope=Scope.ASSESSMENTS_READ,
        ),
    }  # fmt: skip
    queryset = Assessment.objects.none()
    serializer_class = serializers.OwnAssessmentSerializer
    pagination_class = ById

    def open_door(self, request: Request) -> None:
        user = token_of(request).user
        if user is None:
            raise NotVisible
        require(user, frozenset({Role.ASSESSOR}))

    def get_queryset(self) -> QuerySet[Assessment]:
        user = token_of(self.request).user if self.request else None
        return queries.mine(user) if user else Assessment.objects.none()
