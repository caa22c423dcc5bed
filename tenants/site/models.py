"""What a centre keeps of itself: its public page, its news, its papers. One schema per centre holds these tables.

Columns that came later have defaults that the database knows too: while a release rolls out, code that has never
heard of them still writes.
"""

from datetime import date

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kernel import files


class Palette(models.TextChoices):
    """The colours a centre may choose for its page: each tested for contrast by day and by night
    (frontend/src/styles/palettes.css), named after what they are the colour of.
    """

    NILA = "nila", _("Indigo")
    PANDAN = "pandan", _("Pandan green")
    TOSCA = "tosca", _("Turquoise")
    LAUT = "laut", _("Sea blue")
    MANGGIS = "manggis", _("Mangosteen purple")
    BATA = "bata", _("Brick red")
    SOGAN = "sogan", _("Batik brown")
    ARANG = "arang", _("Charcoal")


class Profile(models.Model):
    """What a centre says of itself; at most one row, made when the centre first writes it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    about = models.TextField(blank=True, max_length=4000)
    address = models.CharField(blank=True, max_length=300)
    # Digits with the country code and no plus, as WhatsApp's links want them.
    whatsapp = models.CharField(blank=True, max_length=15, validators=[RegexValidator(r"^62[0-9]{8,13}$")])
    # In the centre's own words, a line for each: hours in a village do not fit a table of weekdays.
    opening_hours = models.TextField(
        blank=True, default="", db_default="", max_length=400, validators=[MaxLengthValidator(400)]
    )
    # Degrees (WGS 84); the two come together. Indonesia lies between these lines.
    latitude = models.DecimalField(
        null=True,
        blank=True,
        max_digits=8,
        decimal_places=6,
        validators=[MinValueValidator(-11.2), MaxValueValidator(6.4)],
    )
    longitude = models.DecimalField(
        null=True,
        blank=True,
        max_digits=9,
        decimal_places=6,
        validators=[MinValueValidator(94.5), MaxValueValidator(141.2)],
    )
    palette = models.CharField(choices=Palette, default=Palette.NILA, db_default=Palette.NILA.value, max_length=12)
    # What training happens with: a line for each room, machine or set of tools. How many instructors: None, not said.
    facilities = models.TextField(
        blank=True, default="", db_default="", max_length=2000, validators=[MaxLengthValidator(2000)]
    )
    instructor_count = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(500)])
    # The name of a file of ``kernel.files``, or empty; then there is no text and no size either.
    photo = models.CharField(blank=True, default="", db_default="", max_length=files.NAME_LENGTH)
    photo_alt = models.CharField(blank=True, default="", db_default="", max_length=200)
    photo_width = models.PositiveSmallIntegerField(default=0, db_default=0)  # pixels
    photo_height = models.PositiveSmallIntegerField(default=0, db_default=0)
    # The page as somebody is writing it, unseen by the public: ``queries.Page`` as JSON; None while nobody is.
    draft = models.JSONField(null=True, blank=True)
    draft_saved_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="site_profile_one_row"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="site_profile_whole_location",
            ),
        ]

    def __str__(self) -> str:
        return f"Profile of {self.updated_at:%Y-%m-%d}"


class Announcement(models.Model):
    """A piece of news on the centre's page, newest first."""

    title = models.CharField(max_length=150)
    body = models.TextField(max_length=4000)
    published_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-published_at", "-id"]

    def __str__(self) -> str:
        return self.title


class DocumentKind(models.TextChoices):
    LICENCE = "licence", _("Licence")
    DEED = "deed", _("Foundation deed")
    PERMIT = "permit", _("Permit")
    ACCREDITATION = "accreditation", _("Accreditation")
    AGREEMENT = "agreement", _("Agreement (MoU)")
    OTHER = "other", _("Other")


class Validity(models.TextChoices):
    """How a document stands on a day."""

    EXPIRED = "expired", _("Expired")
    SOON = "soon", _("Expires within 30 days")
    LATER = "later", _("Expires within 90 days")
    VALID = "valid", _("Valid")
    UNLIMITED = "unlimited", _("No end date")


SOON, LATER = 30, 90  # days until a document expires


class Document(models.Model):
    """A paper of the centre, for its staff alone: a scan or a photo, and until when it counts (the last valid day)."""

    title = models.CharField(max_length=150)
    kind = models.CharField(max_length=15, choices=DocumentKind)
    file = models.CharField(max_length=files.NAME_LENGTH)  # the name of a file of ``kernel.files``
    size = models.PositiveIntegerField()  # bytes
    issued_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    note = models.CharField(blank=True, max_length=500)
    added_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = [F("expires_on").asc(nulls_last=True), "title", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True) | Q(expires_on__isnull=True) | Q(expires_on__gte=F("issued_on")),
                name="site_document_expires_after_issue",
                violation_error_message=_("It cannot expire before it was issued."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def days_left(self, today: date) -> int | None:
        """Whole days until the last valid day; negative once it is over, None without an end."""
        return (self.expires_on - today).days if self.expires_on else None

    def validity(self, today: date) -> Validity:
        left = self.days_left(today)
        if left is None:
            return Validity.UNLIMITED
        if left < 0:
            return Validity.EXPIRED
        if left <= SOON:
            return Validity.SOON
        return Validity.LATER if left <= LATER else Validity.VALID
