"""What a person may find by typing: each kind behind the door of its own page, so that a search leaks nothing."""

from django.db.models import Case, IntegerField, Q, Value, When

from hub.centres import queries as centres
from hub.centres.models import Centre

from . import people
from .models import Membership, User
from .queries import NotVisible, ministry_roles, provinces_of

FEWEST_LETTERS = 2
MOST_WORDS = 8


def centres_found(user: User, text: str, *, most: int) -> list[Centre]:
    """Centres whose name or place has every word; names that begin with the text first.

    For the ministry's people: all centres, or those of their provinces. Others find nothing here.
    """
    if len(text.strip()) < FEWEST_LETTERS or not ministry_roles(user):
        return []
    found, provinces = centres.listed().select_related("regency__province"), provinces_of(user)
    if provinces is not None:
        found = found.filter(regency__province__in=provinces)
    for word in text.split()[:MOST_WORDS]:
        found = found.filter(Q(name__icontains=word) | Q(village__icontains=word) | Q(regency__name__icontains=word))
    begins = Case(When(name__istartswith=text.strip(), then=Value(0)), default=Value(1), output_field=IntegerField())
    return list(found.order_by(begins, "name", "id")[:most])


def people_found(user: User, text: str, *, most: int) -> list[User]:
    """People with a role, for whoever has the people's desk; for others nobody. Each has ``roles_now``."""
    if len(text.strip()) < FEWEST_LETTERS:
        return []
    try:
        people.people_desk(user)
    except NotVisible:
        return []
    return list(people.people(search=text, standing=people.Standing.CURRENT)[:most])


def spaces_of(user: User) -> list[Membership]:
    """Where the person works: one role at each centre and organisation, by name."""
    held = Membership.objects.filter(user=user, revoked_at=None).exclude(centre=None, organisation=None)
    places = {(one.centre_id, one.organisation_id): one for one in held.select_related("centre", "organisation")}
    return sorted(places.values(), key=lambda one: str(one.centre or one.organisation).casefold())
