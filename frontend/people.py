"""Who is asking: from a request to the person, the actor of the audit trail, and the doors of pages."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from hub.accounts import operations, queries
from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import Actor
from hub.centres import operations as centres

from .views import errors

View = Callable[..., HttpResponseBase]
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def person(request: HttpRequest) -> User:
    """The signed-in person; only behind ``signed_in`` or a door."""
    return cast("User", request.user)


def actor(request: HttpRequest) -> Actor:
    """The person as the audit trail names them, with the visit they are on."""
    access = getattr(request, "access", None)
    visit_id: uuid.UUID | None = access.visit.id if access is not None and access.visit else None
    user = request.user
    return Actor(
        user_id=user.pk if user.is_authenticated else None,
        name=str(user) if user.is_authenticated else "–",
        address=request.META.get("REMOTE_ADDR") or None,
        request_id=getattr(request, "request_id", ""),
        visit_id=visit_id,
    )


def signed_in(view: View) -> View:
    """Pages for any signed-in person; others sign in first and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def centre_staff(view: View) -> View:
    """A centre's inner pages: its staff, and ministry people on an open visit, whose every look is recorded."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        centre, now = request.centre, timezone.now()  # type: ignore[attr-defined]
        access = queries.centre_space(person(request), centre.id, now=now)
        if not access.is_staff:
            raise Http404
        request.access = access  # type: ignore[attr-defined]
        if access.visit is not None:
            operations.note_look(access.visit, path=request.path, by=actor(request), now=now)
            if request.method not in SAFE_METHODS and not access.may_write:
                return errors.visit_reads_only(request)
        else:
            centres.note_activity(centre, now=now)
        return view(request, *args, **kwargs)

    return signed_in(guarded)


def centre_leaders(view: View) -> View:
    """Pages for whoever answers for a centre, and for ministry people on an open visit; not for instructors."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.access.keeps:  # type: ignore[attr-defined]
            raise Http404
        return view(request, *args, **kwargs)

    return centre_staff(guarded)


def ministry(view: View) -> View:
    """The ministry's pages on the hub."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.roles = queries.ministry_desk(person(request))  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return signed_in(guarded)


def chief(view: View) -> View:
    """The pages of whoever looks after the platform itself: the ministry's chief administrators."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if Role.SUPER_ADMIN not in request.roles:  # type: ignore[attr-defined]
            raise Http404
        return view(request, *args, **kwargs)

    return ministry(guarded)
