"""What the audit trail's codes mean in words: for its rows and for its filter. A code that is recorded stands here."""

from django.utils.translation import gettext_lazy as _

from hub.accounts.roles import Role
from hub.audit.models import Entry

ACTIONS = {
    "visit.looked": _("Looked at a page"),
    "visit.asked": _("Asked to visit"),
    "visit.emergency": _("Emergency visit"),
    "visit.allowed": _("Allowed a visit"),
    "visit.refused": _("Refused a visit"),
    "visit.ended": _("Ended a visit"),
    "invitation.sent": _("Sent an invitation"),
    "invitation.ended": _("Ended an invitation"),
    "role.granted": _("Gave a role"),
    "role.ended": _("Ended a role"),
    "user.created": _("New account"),
    "user.data_copied": _("Downloaded their own data"),
    "user.erased": _("Erased an account"),
    "email.change_asked": _("Asked to change the e-mail address"),
    "email.change_agreed": _("Agreed to a new e-mail address"),
    "phone.changed": _("Changed the mobile number"),
    "phone.removed": _("Removed the mobile number"),
    "phone.taken": _("Typed a mobile number of another account"),
    "token.made": _("Made an API token"),
    "token.ended": _("Ended an API token"),
    "consent.given": _("Gave consent"),
    "consent.withdrawn": _("Withdrew consent"),
    "retention.applied": _("Removed what had expired"),
    "profile.described": _("Changed the centre's page"),
    "profile.institution": _("Changed who the centre is"),
    "profile.licence": _("Changed licence or VIN"),
    "profile.means": _("Changed facilities or instructors"),
    "profile.confirmed": _("Confirmed the profile"),
    "page.drafted": _("Saved a draft of the page"),
    "page.draft_discarded": _("Threw away a draft of the page"),
    "document.added": _("Added a document"),
    "document.changed": _("Changed a document"),
    "document.replaced": _("Replaced a document's file"),
    "document.removed": _("Deleted a document"),
    "photo.set": _("Set the photo"),
    "photo.captioned": _("Changed the photo's text"),
    "photo.removed": _("Removed the photo"),
    "news.published": _("Published news"),
    "job.run_again": _("Had a job run again"),
    "job.let_go": _("Let a job go"),
    "news.changed": _("Changed news"),
    "news.removed": _("Deleted news"),
    "organisation.registered": _("Registered a company or training provider"),
    "organisation.renamed": _("Changed the organisation's name"),
    "partner.described": _("Changed the company's profile"),
    "logo.set": _("Set the logo"),
    "logo.removed": _("Removed the logo"),
    "verification.submitted": _("Asked to be verified"),
    "verification.taken_back": _("Took back the request to be verified"),
    "verification.verified": _("Verified the company"),
    "verification.refused": _("Refused to verify the company"),
    "verification.withdrawn": _("Withdrew the verification"),
    "verification.lapsed": _("Verification lapsed: name or NIB changed"),
    "verification.replaced": _("Verification renewed"),
    "evidence.opened": _("Opened a document"),
    "evidence.removed": _("Removed documents whose time was over"),
    "join.asked": _("A company asked to join"),
    "join.accepted": _("Accepted a company's request to join"),
    "join.refused": _("Refused a company's request to join"),
    "join.forgotten": _("Deleted a company's request to join"),
    "centre.registered": _("Registered a centre"),
    "centre.activated": _("Brought a centre live"),
    "centre.suspended": _("Suspended a centre"),
    "centre.resumed": _("Opened a centre again"),
    "centre.archived": _("Archived a centre"),
    "centre.erased": _("Erased a centre's space"),
    "centre.renamed": _("Changed a centre's address"),
    "centre.corrected": _("Changed a centre's data"),
    "centre.merged": _("Merged a centre into another"),
    "centre.absorbed": _("Took over a duplicate"),
    "invitation.moved": _("Moved an invitation to another centre"),
    "view.saved": _("Saved a view"),
    "view.removed": _("Deleted a view"),
    "trail.check_asked": _("Had the audit trail checked"),
    "webhook.added": _("Added a connection"),
    "webhook.changed": _("Changed a connection"),
    "webhook.removed": _("Removed a connection"),
    "webhook.paused": _("Paused a connection"),
    "webhook.resumed": _("Switched a connection on"),
    "webhook.stopped": _("A connection was stopped after failures"),
    "webhook.secret_replaced": _("Replaced the key of a connection"),
    "webhook.tested": _("Tested a connection"),
    "webhook.sent_again": _("Sent a message again"),
}

# What an entry recorded that names its object, the plainest first.
_NAMES = ("title", "name", "host")


def about(entry: Entry) -> str:
    """Which document, news, token … it was, or which role; empty where the action says enough."""
    said = {**(entry.before or {}), **(entry.after or {})}
    if said.get("role") in Role.values:
        return str(Role(said["role"]).label)
    return next((str(said[name]) for name in _NAMES if said.get(name)), "")


def choices() -> list[tuple[str, str]]:
    """Code and words for a select, in the order of the words; the first one filters nothing."""
    named = [(code, str(words)) for code, words in ACTIONS.items()]
    return [("", str(_("All actions"))), *sorted(named, key=lambda choice: choice[1].lower())]
