"""Roles, and what each may do. A role is held by membership: in the ministry, a centre, a company or a provider."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    SUPER_ADMIN = "super_admin", _("Ministry: chief administrator")
    PROGRAMME_OFFICER = "programme_officer", _("Ministry: programme officer")
    PROVINCIAL_OFFICER = "provincial_officer", _("Ministry: provincial officer")
    ASSESSOR = "assessor", _("Assessor")
    MENTOR = "mentor", _("Mentor")
    DONOR = "donor", _("Donor (reads only)")
    CENTRE_HEAD = "centre_head", _("Head of the centre")
    CENTRE_ADMINISTRATOR = "centre_administrator", _("Administrator of the centre")
    INSTRUCTOR = "instructor", _("Instructor")
    PARTNER_OWNER = "partner_owner", _("Company: owner")
    PARTNER_MEMBER = "partner_member", _("Company: member")
    PROVIDER_OWNER = "provider_owner", _("Training provider: owner")
    PROVIDER_EDITOR = "provider_editor", _("Training provider: editor")
    PARTICIPANT = "participant", _("Participant")


MINISTRY_ROLES = frozenset(
    {Role.SUPER_ADMIN, Role.PROGRAMME_OFFICER, Role.PROVINCIAL_OFFICER, Role.ASSESSOR, Role.MENTOR, Role.DONOR}
)
CENTRE_ROLES = frozenset({Role.CENTRE_HEAD, Role.CENTRE_ADMINISTRATOR, Role.INSTRUCTOR, Role.PARTICIPANT})
STAFF_ROLES = CENTRE_ROLES - {Role.PARTICIPANT}
# Who answers for a company or a training provider: invites, describes it, and sends its documents.
OWNER_ROLES = frozenset({Role.PARTNER_OWNER, Role.PROVIDER_OWNER})
ORGANISATION_ROLES = OWNER_ROLES | {Role.PARTNER_MEMBER, Role.PROVIDER_EDITOR}

# Whom a holder of each role may invite, and whose membership it may end.
MAY_INVITE: dict[Role, frozenset[Role]] = {
    Role.SUPER_ADMIN: MINISTRY_ROLES | {Role.CENTRE_HEAD, Role.PROVIDER_EDITOR} | OWNER_ROLES,
    Role.PROGRAMME_OFFICER: frozenset({Role.ASSESSOR, Role.MENTOR, Role.CENTRE_HEAD, Role.PARTNER_OWNER}),
    Role.CENTRE_HEAD: STAFF_ROLES,
    Role.CENTRE_ADMINISTRATOR: frozenset({Role.INSTRUCTOR}),
    Role.PARTNER_OWNER: frozenset({Role.PARTNER_OWNER, Role.PARTNER_MEMBER}),
    Role.PROVIDER_OWNER: frozenset({Role.PROVIDER_OWNER, Role.PROVIDER_EDITOR}),
}

# Who may look into a centre's space when the centre consents.
SUPPORT_ROLES = frozenset({Role.SUPER_ADMIN, Role.PROGRAMME_OFFICER, Role.PROVINCIAL_OFFICER})
# Who may see which companies there are, and who decides on them; donors see aggregates only.
PARTNER_READERS = MINISTRY_ROLES - {Role.DONOR}
PARTNER_DECIDERS = frozenset({Role.SUPER_ADMIN, Role.PROGRAMME_OFFICER})
# Who looks after centres on the hub (suspends, corrects, merges …); a provincial officer in their provinces.
KEEPER_ROLES = frozenset({Role.SUPER_ADMIN, Role.PROGRAMME_OFFICER, Role.PROVINCIAL_OFFICER})
# Who sees the whole audit trail of the hub.
AUDIT_ROLES = frozenset({Role.SUPER_ADMIN})
