"""Read-only views of what the hub shows everyone. Each calls one query."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.pagination import CursorPagination

from fleet import queries as fleet
from fleet.models import Run
from hub.centres import queries
from hub.centres.models import Centre
from hub.regions.models import Province
from hub.regions.queries import all_provinces

from .serializers import CentreSerializer, ProvinceSerializer, RunSerializer


class ByName(CursorPagination):
    ordering = ("name", "id")


class CentreList(ListAPIView[Centre]):
    """Centres by name. Filters: ``search``, ``province``, ``regency`` and ``field`` (codes)."""

    serializer_class = CentreSerializer
    pagination_class = ByName

    def get_queryset(self) -> QuerySet[Centre]:
        wanted = {
            name: _text(self.request.query_params.get(name, "")) for name in ("search", "province", "regency", "field")
        }
        return queries.directory(**wanted)


class CentreDetail(RetrieveAPIView[Centre]):
    """One centre by its code."""

    serializer_class = CentreSerializer

    def get_object(self) -> Centre:
        try:
            return queries.listed_by_code(_text(self.kwargs["code"]))
        except Centre.DoesNotExist:
            raise Http404 from None


class RegionList(ListAPIView[Province]):
    """All provinces with their regencies, in one answer."""

    serializer_class = ProvinceSerializer
    pagination_class = None

    def get_queryset(self) -> QuerySet[Province]:
        return all_provinces().prefetch_related("regencies")


class RunDetail(RetrieveAPIView[Run]):
    """The progress of one import, provisioning or migration: counts only, no names and no errors."""

    serializer_class = RunSerializer

    def get_object(self) -> Run:
        run_id: uuid.UUID = self.kwargs["run_id"]
        try:
            return fleet.run(run_id)
        except Run.DoesNotExist:
            raise Http404 from None


def _text(value: Any) -> str:
    """A query's value as PostgreSQL takes it: without null bytes."""
    return str(value).replace("\0", "")
