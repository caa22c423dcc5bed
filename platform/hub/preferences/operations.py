"""Keeping what a person keeps for themselves: saved views of lists, one of which may be the first to be shown."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from hub.accounts.models import User
from hub.audit import operations as audit
from hub.audit.actors import Actor
from kernel.errors import DomainError

from .models import SavedView

MOST_VIEWS = 20  # of one list, for one person


class TooManyViews(DomainError):
    code = "too_many_views"


@transaction.atomic
def save_view(
    user: User, *, listing: str, name: str, query: str, is_default: bool, by: Actor, now: datetime
) -> SavedView:
    """Keep a list as it is shown now. A view of the same name, in whatever letters, is replaced.

    Raises TooManyViews; ValidationError for a name or an address that is too long.
    """
    # The person's row stands for all their views: of two who save at once the second waits.
    User.objects.select_for_update().get(pk=user.pk)
    views = SavedView.objects.filter(user=user, listing=listing)
    view = views.filter(name__iexact=name.strip()).first()
    if view is None:
        if views.count() >= MOST_VIEWS:
            raise TooManyViews(_("You have %(most)d views here already. Delete one first.") % {"most": MOST_VIEWS})
        view = SavedView(user=user, listing=listing, created_at=now)
    view.name, view.query, view.is_default = name.strip(), query, is_default
    view.clean_fields()
    if is_default:
        views.exclude(pk=view.pk).update(is_default=False)
    view.save()
    _record("view.saved", view, by=by, now=now)
    return view


@transaction.atomic
def remove_view(view: SavedView, *, by: Actor, now: datetime) -> None:
    """Forget a saved view."""
    _record("view.removed", view, by=by, now=now)
    view.delete()


@transaction.atomic
def make_default(view: SavedView, *, is_default: bool, by: Actor, now: datetime) -> SavedView:
    """Have the list open with this view, in place of any other; or, the other way round, with none."""
    User.objects.select_for_update().get(pk=view.user_id)
    SavedView.objects.filter(user=view.user_id, listing=view.listing).exclude(pk=view.pk).update(is_default=False)
    view.is_default = is_default
    view.save(update_fields=["is_default"])
    _record("view.saved", view, by=by, now=now)
    return view


def _record(action: str, view: SavedView, *, by: Actor, now: datetime) -> None:
    after = {"listing": view.listing, "name": view.name, "is_default": view.is_default}
    audit.record(by=by, action=action, object_type="saved_view", object_id=view.pk, now=now, after=after)
