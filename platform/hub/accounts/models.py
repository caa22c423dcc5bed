"""People and what they may do: one person is one account on the hub, with a membership for each role."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import JSONObject, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.centres.models import Centre
from kernel.encryption import EncryptedTextField

from .held import Held
from .roles import CENTRE_ROLES, MINISTRY_ROLES, ORGANISATION_ROLES, Role


def roles_and_factor(user: str) -> dict[str, Any]:
    """The annotations ``held_json`` and ``has_second_factor`` of the person in column ``user`` of a query's rows."""
    from allauth.mfa.models import Authenticator

    current = Membership.objects.filter(user=OuterRef(user), revoked_at=None).values(
        held=JSONObject(role="role", centre="centre_id", organisation="organisation_id", provinces="provinces", id="id")
    )
    second = Authenticator.objects.filter(user=OuterRef(user)).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return {"held_json": ArraySubquery(current.order_by("granted_at")), "has_second_factor": Exists(second)}


class UserManager(BaseUserManager["User"]):
    def with_roles(self) -> models.QuerySet["User"]:
        """People with their current memberships and second factor: one statement for all that a request asks."""
        return self.get_queryset().annotate(**roles_and_factor("pk"))


class User(AbstractBaseUser):
    """A person. Known by e-mail or by an Indonesian phone number, or both; neither is ever shown to strangers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"), null=True, blank=True)
    phone = EncryptedTextField(_("phone number"), null=True, blank=True)
    phone_lookup = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Set when the person's data were erased: the row stays so that the audit trail keeps its subject.
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "id"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                name="user_can_be_reached",
                condition=Q(email__isnull=False) | Q(phone_lookup__isnull=False) | Q(erased_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Erased account"))

    @property
    def held(self) -> tuple[Held, ...]:
        """What the person may do now. Read with the person (``with_roles``), else by a query of its own."""
        rows: list[dict[str, Any]] | None = getattr(self, "held_json", None)
        if rows is None:
            rows = getattr(User.objects.with_roles().get(pk=self.pk), "held_json", None)
            setattr(self, "held_json", rows)  # noqa: B010  (an annotation of with_roles, not a field)
        return tuple(Held.from_json(row) for row in rows or ())

    @property
    def is_ministry(self) -> bool:
        return any(held.role in MINISTRY_ROLES for held in self.held)

    @property
    def lacks_second_factor(self) -> bool:
        """True for a person of the ministry who has yet to set one up; known of whom ``with_roles`` gave."""
        return self.is_ministry and not getattr(self, "has_second_factor", False)


class OrganisationKind(models.TextChoices):
    PARTNER = "partner", _("Company")
    PROVIDER = "provider", _("Training provider")


class Organisation(models.Model):
    """A company or a training provider that people act for on the hub."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=OrganisationKind)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    # An example of the demo: wherever it is named, it says so.
    is_demo = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint("kind", Lower("name"), name="organisation_once")]

    def __str__(self) -> str:
        return self.name


class Scoped(models.Model):
    """A role and where it holds: the ministry (everywhere or in provinces), one centre, or one organisation."""

    role = models.CharField(max_length=24, choices=Role)
    centre = models.ForeignKey(Centre, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Codes; for a provincial officer, who sees these provinces only.
    provinces = ArrayField(models.CharField(max_length=2), default=list, blank=True)

    class Meta:
        abstract = True


def _scope_fits() -> Q:
    ministry, centre, organisation = (sorted(roles) for roles in (MINISTRY_ROLES, CENTRE_ROLES, ORGANISATION_ROLES))
    return (
        Q(role__in=ministry, centre__isnull=True, organisation__isnull=True)
        | Q(role__in=centre, centre__isnull=False, organisation__isnull=True)
        | Q(role__in=organisation, centre__isnull=True, organisation__isnull=False)
    )


class Membership(Scoped):
    """One role of one person. Ended, it stays as history."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    granted_at = models.DateTimeField(default=timezone.now)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="membership_scope_fits_role", condition=_scope_fits()),
            models.UniqueConstraint(
                fields=["user", "role", "centre", "organisation"],
                condition=Q(revoked_at=None),
                nulls_distinct=False,
                name="membership_held_once",
            ),
        ]
        indexes = [models.Index(fields=["centre"], condition=Q(revoked_at=None), name="membership_of_centre")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class Invitation(Scoped):
    """An offer of a role, taken up by whoever opens its link first. Only the link's hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(name="invitation_scope_fits_role", condition=_scope_fits())]

    def __str__(self) -> str:
        return f"{self.role} for {self.email or self.name or 'whoever has the link'}"

    def is_open(self, now: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at


class Handover(models.Model):
    """A single-use pass from one of our hosts to another, bound to the browser that asked for it."""

    token_hash = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    host = models.CharField(max_length=253)
    browser_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"to {self.host}"


class SupportState(models.TextChoices):
    ASKED = "asked", _("Waiting for consent")
    OPEN = "open", _("Open")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended")


class SupportVisit(models.Model):
    """A ministry person's time-limited look into one centre's space, with its reason and the centre's consent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visitor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    may_write = models.BooleanField(default=False)
    is_emergency = models.BooleanField(default=False)
    hours = models.PositiveSmallIntegerField(default=4)
    state = models.CharField(max_length=10, choices=SupportState, default=SupportState.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                name="support_open_has_end", condition=~Q(state=SupportState.OPEN) | Q(expires_at__isnull=False)
            ),
            models.CheckConstraint(name="support_hours_bounded", condition=Q(hours__gte=1, hours__lte=24)),
            models.UniqueConstraint(
                fields=["visitor", "centre"],
                condition=Q(state__in=[SupportState.ASKED, SupportState.OPEN]),
                name="support_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visitor_id} at {self.centre_id}"

    def is_open(self, now: datetime) -> bool:
        return self.state == SupportState.OPEN and self.expires_at is not None and now < self.expires_at


class Consent(models.Model):
    """A person's yes to one purpose in the wording of one version, until it is withdrawn."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    purpose = models.SlugField(max_length=50)
    version = models.PositiveSmallIntegerField()
    # The language in which the person read it.
    language = models.CharField(max_length=2, default="id")
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "purpose", "version"], condition=Q(withdrawn_at=None), name="consent_given_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} v{self.version}"


class EmailChange(models.Model):
    """A wish to change the e-mail address, waiting for the word of the old one."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    new_email = models.EmailField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"of {self.user_id}"
