"""What a token may be allowed to do. What is open to everyone needs none of these.

A scope never adds to what its person may do: a request needs both the role and the scope.
"""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.accounts.held import Held
from hub.accounts.roles import KEEPER_ROLES, ORGANISATION_ROLES, STAFF_ROLES, Role
from hub.programmes.queries import READERS as PROGRAMME_READERS


class Scope(models.TextChoices):
    """Named ``subject:verb``. A name that was given out never changes its meaning."""

    PROFILE_WRITE = "profile:write", _("Change what the centre says of itself")
    NEWS_WRITE = "news:write", _("Publish news on the centre's page")
    STAFF_READ = "staff:read", _("See who works at the centre")
    STAFF_INVITE = "staff:invite", _("Invite people to work at the centre")
    INTAKE_READ = "intake:read", _("See centres that apply for a space")
    PROGRAMMES_READ = "programmes:read", _("See programmes, their intakes, and how far centres come, in figures")
    APPLICATIONS_READ = "applications:read", _("See which centres take part in an intake, and where each stands")
    ORGANISATION_READ = "organisation:read", _("See who acts for the company or training provider")


IN_CENTRES = (Scope.PROFILE_WRITE, Scope.NEWS_WRITE, Scope.STAFF_READ, Scope.STAFF_INVITE)
IN_PROGRAMMES = (Scope.PROGRAMMES_READ, Scope.APPLICATIONS_READ)
IN_ORGANISATIONS = (Scope.ORGANISATION_READ,)
IN_MINISTRY = (Scope.INTAKE_READ,)


def useful_to(held: Iterable[Held]) -> list[Scope]:
    """The scopes that can open something for a person with these roles, in the order of Scope."""
    roles = {one.role for one in held}
    useful: set[Scope] = set()
    if roles & STAFF_ROLES:
        useful |= set(IN_CENTRES)
    if roles & PROGRAMME_READERS:
        useful |= set(IN_PROGRAMMES)
    if Role.DONOR in roles:
        useful.add(Scope.PROGRAMMES_READ)
    if roles & ORGANISATION_ROLES:
        useful |= set(IN_ORGANISATIONS)
    if roles & KEEPER_ROLES:
        useful |= set(IN_MINISTRY)
    return [scope for scope in Scope if scope in useful]
