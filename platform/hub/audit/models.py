"""The audit trail: who did what to which object, when, from where, and on whose behalf.

Rows are only ever added. The database numbers and hash-chains them per centre and per organisation (a trigger), and
refuses UPDATE, DELETE and TRUNCATE; see migration 0002 and docs/decisions/0007-audit.md.
"""

from django.db import models

HUB = "hub"


class Entry(models.Model):
    """One thing that was done. ``chain`` is a centre's or an organisation's id, or "hub"; ``number`` counts in it."""

    chain = models.CharField(max_length=36)
    number = models.BigIntegerField(editable=False)
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150)
    # The support visit under which the actor was in the centre's space.
    visit_id = models.UUIDField(null=True)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=64)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=500)
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=36)
    previous_hash = models.BinaryField(editable=False)
    hash = models.BinaryField(editable=False)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="audit_numbered")]
        indexes = [
            models.Index(fields=["chain", "-at"], name="audit_of_chain"),
            models.Index(fields=["actor_id", "-at"], name="audit_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.number} {self.action}"


class Head(models.Model):
    """The end of each chain, kept by the trigger: without it a removed last row would not show."""

    chain = models.CharField(max_length=36, primary_key=True)
    number = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"


class Verification(models.Model):
    """The last check of one chain. ``entries`` and ``hash`` are its end when it was last found whole.

    A chain that was cut back or written anew since does not lead to that end any more, even if it fits in itself.
    """

    chain = models.CharField(max_length=36, primary_key=True)
    at = models.DateTimeField()
    entries = models.BigIntegerField()
    hash = models.BinaryField()
    # The first row that is not what was written; None for a whole chain.
    broken_at = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.chain} {self.at:%Y-%m-%d}"
