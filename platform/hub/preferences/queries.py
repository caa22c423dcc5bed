"""Reading what a person keeps for themselves. Each function takes the person, and gives nothing of anyone else's."""

import json

from hub.accounts.models import User
from hub.accounts.queries import NotVisible

from .models import Draft, SavedView


def views_of(user: User, listing: str) -> list[SavedView]:
    """The person's saved views of this list, by name: one statement."""
    return list(SavedView.objects.filter(user=user, listing=listing))


def own_view(user: User, view_id: int) -> SavedView:
    """A saved view of this person. Raises NotVisible."""
    view = SavedView.objects.filter(user=user, pk=view_id).first()
    if view is None:
        raise NotVisible
    return view


def draft_of(user: User, form: str) -> dict[str, dict[str, list[str]]]:
    """What the person has typed into this form so far: step → field → values. Empty for one not begun."""
    draft = Draft.objects.filter(user=user, form=form).first()
    return json.loads(str(draft.content)) if draft else {}
