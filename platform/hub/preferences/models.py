"""How a person likes to work: what they keep for themselves and nobody else sees."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import User


class SavedView(models.Model):
    """A list as a person wants to see it again: filters, order and columns, under a name of their own."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # Which list, such as "centres".
    listing = models.SlugField(max_length=40)
    name = models.CharField(_("name"), max_length=60)
    # What stands behind the question mark of the list's address.
    query = models.CharField(max_length=2000, blank=True)
    # The one that the list opens with.
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint("user", "listing", Lower("name"), name="saved_view_named_once"),
            models.UniqueConstraint(
                fields=["user", "listing"], condition=Q(is_default=True), name="saved_view_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name
