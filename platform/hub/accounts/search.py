"""What a person may find by typing: each kind behind the door of its own page, so that a search leaks nothing."""

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from hub.centres import queries as centres
from hub.centres.models import Centre

from . import people
from .models import Membership, User
from .queries import NotVisible, ministry_roles, provinces_of
from .roles import STAFF_ROLES

FEWEST_LETTERS = 2
MOST_WORDS = 8


def centres_found(user: User, text: str, *, most: int) -> list[Centre]:
    """Centres whose name or place has every word; names that begin with the text first.

    The ministry's people find all, or those of their provinces; everyone else those that they work for.
    """
    if len(text.strip()) < FEWEST_LETTERS:
        return []
    found = _visible(user).select_related("regency__province")
    for word in text.split()[:MOST_WORDS]:
        found = found.filter(Q(name__icontains=word) | Q(village__icontains=word) | Q(regency__name__icontains=word))
    begins = Case(When(name__istartswith=text.strip(), then=Value(0)), default=Value(1), output_field=IntegerField())
    return list(found.order_by(begins, "name", "id")[:most])


def _visible(user: User) -> QuerySet[Centre]:
    if not ministry_roles(user):
        own = {held.centre_id for held in user.held if held.role in STAFF_ROLES}
        return centres.listed().filter(pk__in=own)
    provinces = provinces_of(user)
    return centres.listed() if provinces is None else centres.listed().filter(regency__province__in=provinces)


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
