"""Reading what a person keeps for themselves. Each function takes the person, and gives nothing of anyone else's."""

from hub.accounts.models import User
from hub.accounts.queries import NotVisible

from .models import SavedView


def views_of(user: User, listing: str) -> list[SavedView]:
    """The person's saved views of this list, by name: one statement."""
    return list(SavedView.objects.filter(user=user, listing=listing))


def own_view(user: User, view_id: int) -> SavedView:
    """A saved view of this person. Raises NotVisible."""
    view = SavedView.objects.filter(user=user, pk=view_id).first()
    if view is None:
        raise NotVisible
    return view
