"""Reading endpoints and how their messages fare. Every read names the owner: what is another's is not there."""

import uuid
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from kernel.errors import NotVisible

from .models import Attempt, Delivery, DeliveryState, Endpoint, EndpointState, Owner


def endpoints_of(owner: Owner) -> QuerySet[Endpoint]:
    """An owner's endpoints, oldest first, each with ``waiting`` and ``lost`` messages and when one last arrived."""
    arrived = Attempt.objects.filter(delivery__endpoint=OuterRef("pk"), status__gte=200, status__lt=300)
    return (
        Endpoint.objects.filter(**owner.columns, removed_at=None)
        .annotate(
            waiting=Count("deliveries", filter=Q(deliveries__state=DeliveryState.WAITING)),
            lost=Count("deliveries", filter=Q(deliveries__state=DeliveryState.GIVEN_UP)),
            arrived_at=Subquery(arrived.order_by("-at").values("at")[:1]),
        )
        .order_by("created_at", "id")
    )


def endpoint_of(owner: Owner, endpoint_id: uuid.UUID) -> Endpoint:
    """The door to one endpoint. Raises NotVisible."""
    endpoint = endpoints_of(owner).filter(pk=endpoint_id).first()
    if endpoint is None:
        raise NotVisible
    return endpoint


def listening(owner: Owner, kind: str) -> QuerySet[Endpoint]:
    """The owner's endpoints that asked for this kind of event, also while they stand still."""
    return Endpoint.objects.filter(**owner.columns, removed_at=None, kinds__contains=[kind]).select_related("centre")


def deliveries_of(endpoint: Endpoint, *, state: str = "", kind: str = "") -> QuerySet[Delivery]:
    """The log of an endpoint, newest first, with each message and its ``last`` attempt's time, status and reason."""
    last = Attempt.objects.filter(delivery=OuterRef("pk")).order_by("-at", "-id")
    log = (
        Delivery.objects.filter(endpoint=endpoint)
        .select_related("message")
        .annotate(
            last_at=Subquery(last.values("at")[:1]),
            last_status=Subquery(last.values("status")[:1]),
            last_reason=Subquery(last.values("reason")[:1]),
        )
    )
    if state:
        log = log.filter(state=state)
    if kind:
        log = log.filter(message__kind=kind)
    return log.order_by("-created_at", "-id")


def delivery_of(owner: Owner, delivery_id: uuid.UUID) -> Delivery:
    """The door to one message at one endpoint, with its attempts, newest first. Raises NotVisible."""
    delivery = (
        Delivery.objects.filter(pk=delivery_id, endpoint__in=Endpoint.objects.filter(**owner.columns, removed_at=None))
        .select_related("endpoint", "message")
        .prefetch_related(Prefetch("attempts", Attempt.objects.order_by("-at", "-id")))
        .first()
    )
    if delivery is None:
        raise NotVisible
    return delivery


# ---------------------------------------------------------------- for the worker


def next_due(endpoint_id: uuid.UUID, *, now: datetime) -> Delivery | None:
    """The oldest message that this endpoint is to get now, with both; None while the endpoint stands still or rests."""
    return (
        Delivery.objects.filter(
            Q(endpoint__rests_until=None) | Q(endpoint__rests_until__lte=now),
            endpoint=endpoint_id,
            endpoint__state=EndpointState.ACTIVE,
            endpoint__removed_at=None,
            state=DeliveryState.WAITING,
            next_attempt_at__lte=now,
        )
        .select_related("endpoint", "message")
        .order_by("created_at", "id")
        .first()
    )


def due_endpoints(*, now: datetime) -> list[uuid.UUID]:
    """Endpoints that have something to be sent now and no worker at it."""
    due = Delivery.objects.filter(endpoint=OuterRef("pk"), state=DeliveryState.WAITING, next_attempt_at__lte=now)
    return list(
        Endpoint.objects.filter(
            Q(rests_until=None) | Q(rests_until__lte=now),
            Q(leased_until=None) | Q(leased_until__lte=now),
            Exists(due),
            state=EndpointState.ACTIVE,
            removed_at=None,
        ).values_list("pk", flat=True)
    )


def stopped_untold() -> QuerySet[Endpoint]:
    """Endpoints that stopped after failures, whose owners have not been told yet."""
    stopped = Endpoint.objects.filter(state=EndpointState.FAILING, told_at=None, removed_at=None)
    return stopped.select_related("centre", "organisation").order_by("created_at")
