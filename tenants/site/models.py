"""A centre's own public page: what it says of itself. One schema per centre holds these tables."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from kernel import files


class Profile(models.Model):
    """What a centre says of itself; at most one row, made when the centre first writes it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    about = models.TextField(blank=True, max_length=4000)
    address = models.CharField(blank=True, max_length=300)
    # Digits with the country code and no plus, as WhatsApp's links want them.
    whatsapp = models.CharField(blank=True, max_length=15, validators=[RegexValidator(r"^62[0-9]{8,13}$")])
    # The name of a file of ``kernel.files``, or empty; then there is no text and no size either.
    # The database knows the defaults too: while a release rolls out, code that has never heard of photos still writes.
    photo = models.CharField(blank=True, default="", db_default="", max_length=files.NAME_LENGTH)
    photo_alt = models.CharField(blank=True, default="", db_default="", max_length=200)
    photo_width = models.PositiveSmallIntegerField(default=0, db_default=0)  # pixels
    photo_height = models.PositiveSmallIntegerField(default=0, db_default=0)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="site_profile_one_row")]

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
