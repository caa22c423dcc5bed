"""Keys for programs that ask in a person's or an organisation's name, and answers kept for requests sent twice."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hub.accounts.models import Organisation, User
from kernel.encryption import EncryptedTextField


class ApiToken(models.Model):
    """A token acts as one person or as one organisation. Only its hash is kept; ``prefix`` tells it from others."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="api_token_acts_as_one",
                condition=Q(user__isnull=False, organisation__isnull=True)
                | Q(user__isnull=True, organisation__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    def is_valid(self, now: datetime) -> bool:
        """Neither ended nor expired. Whether its person still has an account is another question."""
        return self.revoked_at is None and now < self.expires_at

    def may(self, scope: str) -> bool:
        return scope in self.scopes


class IdempotencyKey(models.Model):
    """A key that came with a request, and what it was answered: the same again gets that again, and does nothing.

    The row is written in the transaction of what the request did, so there is no answer without the deed, nor the
    deed without its answer.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    # SHA-256 of method, host, path and body (hex).
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    # Sealed: an invitation's answer holds its link.
    body = EncryptedTextField()
    location = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.token_id} {self.key}"
