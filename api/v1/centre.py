"""Views on a centre's own host. The person's role at this very centre opens what is not public."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from api import invitations
from api.errors import Refusal
from api.once import once
from api.operation import Operation
from api.paging import ById, Newest
from api.people import actor, token_of
from api.resources import ListOf, One, Resource, etag_of, has_match
from hub.accounts.models import Membership
from hub.accounts.queries import NotVisible, own_space, staff_of
from hub.centres.hosts import CentreHost
from hub.centres.queries import profile
from hub.tokens.scopes import Scope
from tenants.site import operations as site
from tenants.site import queries
from tenants.site.models import Announcement
from workflows import centre_profile

from . import serializers


class OfCentre(Resource):
    """What is of the centre of this host, and for its own staff where it is not public."""

    is_centres = True

    @property
    def centre(self) -> CentreHost:
        return self.request.centre  # type: ignore[attr-defined]

    def open_door(self, request: Request) -> None:
        token = token_of(request)
        if token.user is None or not own_space(token.user, self.centre.id).is_staff:
            raise NotVisible


class Profile(One, OfCentre):
    """The centre: what the hub knows of it, and what it says of itself."""

    tag = "profile"
    operations = {
        "GET": Operation("getProfile", _("The centre: what Balai knows of it, and what it says of itself")),
        "PATCH": Operation(
            "changeProfile",
            _("Change what the centre says of itself; what is left out stays as it is"),
            scope=Scope.PROFILE_WRITE,
            body=serializers.ProfileChangeSerializer,
            example_body={"about": "Kami melatih warga sekitar. Pelatihan gratis."},
        ),
    }
    serializer_class = serializers.ProfileSerializer

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        own = queries.profile() if self.centre.is_live else None
        return self._shown(own, is_whole="fields" not in request.query_params)

    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what the centre says of itself; what is left out stays as it is."""
        own = queries.profile()
        is_as_read = has_match(request, self._shown(own)["ETag"])
        change = self.sent(request)
        if not is_as_read:
            raise Refusal("changed_meanwhile")
        seen = own.updated_at if own else None
        by, now = actor(request), timezone.now()
        return self._shown(centre_profile.revise(self.centre.id, change, seen=seen, by=by, now=now))

    def _shown(self, own: Any, *, is_whole: bool = True) -> Response:
        context = {**self.get_serializer_context(), "own": own}
        said = self.get_serializer(profile(self.centre.id), context=context).data
        return Response(said, headers={"ETag": etag_of(said)} if is_whole else None)


class News(ListOf, OfCentre):
    """The centre's news, newest first."""

    tag = "news"
    operations = {
        "GET": Operation("listNews", _("The centre's news, newest first")),
        "POST": Operation(
            "publishNews",
            _("Put a piece of news on the centre's page, at once and for everyone"),
            scope=Scope.NEWS_WRITE,
            body=serializers.NewAnnouncementSerializer,
            example_body={"title": "Pendaftaran dibuka", "body": "Pelatihan menjahit untuk 16 peserta."},
        ),
    }
    queryset = Announcement.objects.none()
    serializer_class = serializers.AnnouncementSerializer
    pagination_class = Newest

    def get_queryset(self) -> QuerySet[Announcement]:
        return queries.news() if self.centre.is_live else Announcement.objects.none()

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Put a piece of news on the centre's page, at once and for everyone."""
        news = self.sent(request)

        def publish() -> Response:
            made = site.announce(**news, by=actor(request), now=timezone.now())
            said = serializers.AnnouncementSerializer(made).data
            return Response(said, status=201, headers={"Location": reverse("api:news_item", args=[made.pk])})

        return once(request, publish)


class NewsItem(One, OfCentre):
    """One piece of news."""

    tag = "news"
    operations = {
        "GET": Operation("getNews", _("One piece of news")),
    }
    queryset = Announcement.objects.none()
    serializer_class = serializers.AnnouncementSerializer
    lookup_field = "id"

    def get_object(self) -> Announcement:
        try:
            if not self.centre.is_live:
                raise Http404
            return queries.news().get(pk=self.kwargs["id"])
        except Announcement.DoesNotExist:
            raise Http404 from None


class Staff(ListOf, OfCentre):
    """Who works at the centre."""

    tag = "staff"
    operations = {
        "GET": Operation("listStaff", _("Who works at the centre"), scope=Scope.STAFF_READ),
    }
    queryset = Membership.objects.none()
    serializer_class = serializers.PersonOfSerializer
    pagination_class = ById

    def get_queryset(self) -> QuerySet[Membership]:
        return staff_of(self.centre.id)


class Invitations(OfCentre):
    """Offers to work at the centre."""

    tag = "staff"
    operations = {
        "POST": Operation(
            "inviteStaff",
            _("Offer a role at the centre by a link that works once, for seven days"),
            scope=Scope.STAFF_INVITE,
            body=serializers.NewInvitationSerializer,
            example_body={"name": "Budi Santoso", "role": "instructor"},
        ),
    }
    serializer_class = serializers.InvitationSerializer

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Offer a role by a link that works once, for seven days: mailed, or given to you to send by hand."""
        offer = self.sent(request)

        def invite() -> Response:
            made, link = invitations.send(request, self.centre.id, **offer)
            return Response(serializers.InvitationSerializer(made, context={"link": link}).data, status=201)

        return once(request, invite)
