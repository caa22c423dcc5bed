"""The mailbox of a try-out (BALAI_MAIL_CATCHER): mail kept instead of sent. Elsewhere there is no such page."""

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import caught_mail


def on_this_machine(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only with the catcher on, and only for a browser on the machine itself: mail holds links that sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.BALAI_MAIL_CATCHER or not ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@on_this_machine
@require_safe
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/mail/mailbox.html", {"mails": caught_mail.newest()})


@on_this_machine
@require_safe
@never_cache
def message(request: HttpRequest, mail_id: str) -> HttpResponse:
    mail = caught_mail.find(mail_id)
    if mail is None:
        raise Http404
    return render(request, "pages/mail/message.html", {"mail": mail})
