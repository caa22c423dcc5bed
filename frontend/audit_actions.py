"""What the audit trail's codes mean in words: for its rows and for its filter. A code that is recorded stands here."""

from django.utils.translation import gettext_lazy as _

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
    "photo.set": _("Set the photo"),
    "photo.captioned": _("Changed the photo's text"),
    "photo.removed": _("Removed the photo"),
    "news.published": _("Published news"),
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


def choices() -> list[tuple[str, str]]:
    """Code and words for a select, in the order of the words; the first one filters nothing."""
    named = [(code, str(words)) for code, words in ACTIONS.items()]
    return [("", str(_("All actions"))), *sorted(named, key=lambda choice: choice[1].lower())]
