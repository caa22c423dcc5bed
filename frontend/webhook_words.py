"""What the log of webhooks says in words: why an attempt failed, and what to do about it."""

from django.utils.translation import gettext_lazy as _

# Reason of an attempt → what happened, what to do now.
REASONS = {
    "name_unknown": (
        _("The name was not found"),
        _("Check the spelling of the address, and that the domain is still yours."),
    ),
    "address_refused": (
        _("The address leads to a private network"),
        _("Balai sends to public addresses on the internet only. Ask whoever runs the server for its public address."),
    ),
    "no_connection": (
        _("No connection"),
        _("The server is off, or its firewall lets nobody in. Check that it answers on the internet."),
    ),
    "timeout": (
        _("No answer in time"),
        _("The server has to answer within 15 seconds. Let it say “received” first, and do the work afterwards."),
    ),
    "certificate": (
        _("The certificate is not valid"),
        _("Renew the https certificate of the server, and check that it is for this name."),
    ),
    "broken_answer": (
        _("The answer could not be understood"),
        _("Check that a web server with https listens at this address."),
    ),
    "redirected": (
        _("The server points to another address"),
        _("Balai follows no redirects. Write the final address here."),
    ),
    "refused_by_answer": (
        _("The server answered with an error"),
        _("Look into the server's log at this time. It has to answer with a status from 200 to 299."),
    ),
    "gone": (
        _("The server wants no more messages"),
        _("It answered 410 (gone). Switch it on again only when whoever runs it agrees."),
    ),
}


def happened(reason: str) -> str:
    return str(REASONS[reason][0]) if reason in REASONS else ""


def advice(reason: str) -> str:
    return str(REASONS[reason][1]) if reason in REASONS else ""
