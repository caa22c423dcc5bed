"""What a company does next: a checklist that knows itself what is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from hub.accounts.models import Membership
from hub.partners.models import PartnerProfile, Standing
from hub.partners.queries import Case, completeness


@dataclass(frozen=True, slots=True)
class Step:
    """``url_name`` is the page where it is done."""

    title: str
    text: str
    is_done: bool
    url_name: str


def of_company(profile: PartnerProfile, case: Case, people: Sequence[Membership]) -> list[Step]:
    complete = completeness(profile)
    missing = ", ".join(str(one) for one in complete.needed)
    verified = case.standing == Standing.VERIFIED
    asked = verified or case.request is not None
    return [
        Step(
            _("Complete the profile"),
            _("Still missing: %(fields)s.") % {"fields": missing},
            complete.is_ready,
            "hub:company_profile",
        ),
        Step(
            _("Send the NIB certificate"),
            _("The ministry compares it with your name and NIB."),
            asked,
            "hub:company_verification",
        ),
        Step(
            _("Be verified by the ministry"),
            _("We mail you as soon as it has decided.") if asked else _("Follows once your documents are there."),
            verified,
            "hub:company_verification",
        ),
        Step(
            _("Show yourselves on the public list of partners"),
            _("You want to; it follows with the verification.")
            if profile.is_public
            else _("Centres and participants find you there."),
            profile.is_public and verified,
            "hub:company_profile",
        ),
        invite_step(people),
    ]


def invite_step(people: Sequence[Membership]) -> Step:
    """What every organisation should do, whatever its kind."""
    is_done = len({one.user_id for one in people}) > 1
    text = _("So that your pages do not depend on one person.")
    return Step(_("Invite a colleague"), text, is_done, "hub:organisation_people")
