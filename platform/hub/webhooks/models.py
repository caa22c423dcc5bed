"""Telling other people's programs what happens: where to, what, and how each sending went.

An endpoint belongs to one centre or one organisation, and so does a message: they never meet across that line.
Centres and organisations are named here by their tables only, since what happens to *them* is told through this app.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.encryption import EncryptedTextField
from kernel.outgoing import LONGEST_URL


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose endpoints and messages: one centre's, or one company's or training provider's."""

    centre_id: uuid.UUID | None = None
    organisation_id: uuid.UUID | None = None

    def __post_init__(self) -> None:
        if (self.centre_id is None) == (self.organisation_id is None):
            raise ValueError("An owner is a centre or an organisation.")

    @property
    def columns(self) -> dict[str, uuid.UUID | None]:
        return {"centre_id": self.centre_id, "organisation_id": self.organisation_id}


class Owned(models.Model):
    """Of one centre or one organisation."""

    centre = models.ForeignKey("centres.Centre", null=True, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

    @property
    def owner(self) -> Owner:
        return Owner(self.centre_id, self.organisation_id)


_HAS_ONE_OWNER = Q(centre__isnull=True, organisation__isnull=False) | Q(centre__isnull=False, organisation__isnull=True)


class EndpointState(models.TextChoices):
    ACTIVE = "active", _("On")
    PAUSED = "paused", _("Paused")  # by hand
    FAILING = "failing", _("Stopped after failures")


class Endpoint(Owned):
    """An address that wants to hear of some kinds of events."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    url = models.CharField(max_length=LONGEST_URL)
    description = models.CharField(max_length=100, blank=True)
    kinds = ArrayField(models.CharField(max_length=60))
    state = models.CharField(max_length=10, choices=EndpointState, default=EndpointState.ACTIVE)
    # Why it stands still: a reason of an attempt (see Attempt).
    state_reason = models.CharField(max_length=20, blank=True)
    secret = EncryptedTextField()
    secret_since = models.DateTimeField()
    # Signs too until then, so that the receiver can change over in its own time.
    former_secret = EncryptedTextField(null=True)
    former_until = models.DateTimeField(null=True)
    # Failures of attempts and messages given up since the last success.
    failures = models.PositiveIntegerField(default=0)
    given_up = models.PositiveIntegerField(default=0)
    # Nothing is sent before then: the last attempt failed, whichever message it was.
    rests_until = models.DateTimeField(null=True)
    # A worker is sending; after that time another one may.
    leased_until = models.DateTimeField(null=True)
    # When its owner was told by mail that it stands still.
    told_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Gone for everybody; the row goes in the night, since a transaction that has just seen it may still point at it.
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(name="webhook_endpoint_has_one_owner", condition=_HAS_ONE_OWNER),
            models.UniqueConstraint(
                fields=["centre", "organisation", "url"],
                condition=Q(removed_at=None),
                nulls_distinct=False,
                name="webhook_endpoint_once",
            ),
            models.CheckConstraint(
                name="webhook_former_secret_ends",
                condition=Q(former_secret__isnull=True, former_until__isnull=True)
                | Q(former_secret__isnull=False, former_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.host

    @property
    def host(self) -> str:
        """The part of the address that may stand in a trail: what follows it may be a key."""
        return self.url.partition("://")[2].partition("/")[0].partition("?")[0]

    @property
    def is_active(self) -> bool:
        return self.state == EndpointState.ACTIVE


class Message(Owned):
    """One thing that happened, in the words that are signed and sent. ``body`` never changes again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.CheckConstraint(name="webhook_message_has_one_owner", condition=_HAS_ONE_OWNER)]

    def __str__(self) -> str:
        return f"{self.kind} {self.webhook_id}"

    @property
    def webhook_id(self) -> str:
        """The same at every attempt: receivers know by it what they had before."""
        return f"msg_{self.id.hex}"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Arrived")
    GIVEN_UP = "given_up", _("Given up")


class Delivery(models.Model):
    """One message on its way to one endpoint."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    # Failures in this round; sending again by hand begins another.
    tries = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["message", "endpoint"], name="webhook_delivery_once"),
            models.CheckConstraint(
                name="webhook_waiting_has_time",
                condition=Q(state=DeliveryState.WAITING, next_attempt_at__isnull=False)
                | (~Q(state=DeliveryState.WAITING) & Q(next_attempt_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "-created_at"], name="webhook_log"),
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=Q(state=DeliveryState.WAITING),
                name="webhook_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} to {self.endpoint_id}"

    def is_due(self, now: datetime) -> bool:
        return self.next_attempt_at is not None and self.next_attempt_at <= now


class Attempt(models.Model):
    """One knock at the door. ``status`` is the answer's, 0 if there was none; then ``reason`` says why.

    Reasons: those of ``kernel.outgoing.REASONS``, ``refused_by_answer`` (a status that is no 2xx), ``redirected``
    (3xx: never followed) and ``gone`` (410: the receiver wants no more).
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=20, blank=True)
    # The beginning of the answer, as somebody else's program wrote it.
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.status or self.reason}"

    @property
    def arrived(self) -> bool:
        return 200 <= self.status < 300
