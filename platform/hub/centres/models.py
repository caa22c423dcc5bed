"""Centres (BLK Komunitas) as the hub knows them: who they are and where their own space is."""

import hashlib
import uuid
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Concat
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from hub.regions import zones
from hub.regions.models import Regency

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o, u: nothing to mistake when read out on the phone
CODE_LENGTH = 8


def derive_code(centre_id: uuid.UUID, attempt: int = 0) -> str:
    """The short code of a centre's id: 8 letters and digits, 40 bits. ``attempt`` gives the next one on a clash."""
    number = int.from_bytes(hashlib.sha256(centre_id.bytes + bytes([attempt])).digest()[:5], "big")
    return "".join(_CROCKFORD[(number >> (5 * place)) & 31] for place in range(CODE_LENGTH))


class VocationalField(models.Model):
    """A vocational field (kejuruan), as the public register groups training."""

    code = models.SlugField(primary_key=True, max_length=50)
    name = models.CharField(max_length=100, unique=True)
    name_en = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name_en if translation.get_language() == "en" else self.name


class State(models.TextChoices):
    """Where a centre is in its life on the platform."""

    REGISTERED = "registered", _("Registered")  # known from the register, without a space yet
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")  # readable, not writable
    ARCHIVED = "archived", _("Archived")  # readable, not writable, not coming back soon
    ERASED = "erased", _("Erased")  # a tombstone: the schema is gone


LIVE_STATES = (State.ACTIVE, State.SUSPENDED, State.ARCHIVED)


class LicenceKind(models.TextChoices):
    NIB = "nib", _("Business identification number (NIB)")
    AHU_DEED = "ahu_deed", _("Foundation deed (AHU)")
    LOCAL_PERMIT = "local_permit", _("Local permit")
    STATEMENT_LETTER = "statement_letter", _("Statement letter")
    NONE = "none", _("None")


class MaturityClass(models.TextChoices):
    TUMBUH = "tumbuh", _("Growing (tumbuh)")
    BERKEMBANG = "berkembang", _("Developing (berkembang)")
    MANDIRI = "mandiri", _("Independent (mandiri)")


class Centre(TenantMixin):
    """A community training centre. Its schema is named by ``code``, so renaming its address touches one row."""

    objects: ClassVar[models.Manager["Centre"]] = models.Manager()

    auto_create_schema = False  # workflows.onboarding brings a centre live
    auto_drop_schema = False  # workflows.moving erases one

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=CODE_LENGTH, unique=True, editable=False)
    slug = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    foundation = models.CharField(max_length=200, blank=True)
    regency = models.ForeignKey(Regency, on_delete=models.PROTECT, related_name="centres")
    village = models.CharField(max_length=100, blank=True)
    established = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    licence_kind = models.CharField(max_length=20, choices=LicenceKind, blank=True)
    licence_number = models.CharField(max_length=100, blank=True)
    vin = models.CharField(max_length=40, blank=True)
    fields = models.ManyToManyField(VocationalField, related_name="centres", blank=True)
    maturity_class = models.CharField(max_length=12, choices=MaturityClass, blank=True)
    # How many people it can train at one time; None: not said.
    seats = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(2000)])
    # Whether a woman heads it; None: not said.
    is_women_led = models.BooleanField(null=True, blank=True)
    # The last day on which its accreditation counts, as the ministry states it; None: no accreditation known.
    accredited_until = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.REGISTERED, db_index=True)
    is_demo = models.BooleanField(default=False)
    register_id = models.CharField(max_length=64, unique=True, null=True, blank=True)
    # The register's own spelling of what was normalised on the way in; None for a centre that applied.
    register_spelling = models.JSONField(null=True, blank=True)
    live_since = models.DateTimeField(null=True, blank=True)
    # When the centre last changed its profile or page, or said that nothing has changed (see ``freshness``).
    profile_updated_at = models.DateTimeField(null=True, blank=True)
    # Why writing is closed, for the page that says so.
    state_reason = models.CharField(max_length=300, blank=True)
    # The manifest checksum of the export that an erasure rests on.
    tombstone = models.CharField(max_length=64, blank=True)
    # The last day (in Jakarta) on which someone of the centre's own staff was in its space; None: on none so far.
    last_active_on = models.DateField(null=True, blank=True)
    # Another row for the same institution, which carries on; this one is closed and leads there.
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="absorbed")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                name="centre_schema_from_code",
                condition=Q(schema_name=Concat(models.Value("c_"), "code")),
            ),
            models.CheckConstraint(
                name="centre_live_has_date", condition=~Q(state__in=LIVE_STATES) | Q(live_since__isnull=False)
            ),
            models.CheckConstraint(
                name="centre_merged_is_closed",
                condition=Q(merged_into=None) | Q(state__in=[State.ARCHIVED, State.ERASED]),
            ),
            models.CheckConstraint(name="centre_merged_elsewhere", condition=~Q(merged_into=F("id"))),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES

    @property
    def liveliness(self) -> int:
        """How alive its space is, for merging: people must not lose one that works for one that does not."""
        return {State.ACTIVE: 3, State.SUSPENDED: 2, State.ARCHIVED: 1}.get(State(self.state), 0)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that the centre lives in."""
        return zones.of_regency(self.regency_id)

    def assign_code(self, attempt: int = 0) -> None:
        """Derive code and schema name from the id. ``attempt`` is the next try after a clash."""
        self.code = derive_code(self.id, attempt)
        self.schema_name = f"c_{self.code}"


class Domain(DomainMixin):
    """A host of a centre: one label below the platform's domain, or a full host name of its own.

    A label that a rename has left stays here, not primary: it redirects and nobody else can take it.
    ``skeleton`` keeps look-alike labels apart (see ``slugs.skeleton``); it is empty for a full host name.
    """

    skeleton = models.CharField(max_length=40, unique=True, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant"], condition=Q(is_primary=True), name="one_primary_domain"),
        ]
