"""A centre's resources, version 1."""

from django.urls import path

from api import description

from . import centre, hub, selection

urlpatterns = [
    path("openapi.json", description.centre, name="openapi"),
    path("me/", hub.Me.as_view(), name="me"),
    path("profile/", centre.Profile.as_view(), name="profile"),
    path("news/", centre.News.as_view(), name="news"),
    path("news/<int:id>/", centre.NewsItem.as_view(), name="news_item"),
    path("staff/", centre.Staff.as_view(), name="staff"),
    path("staff/invitations/", centre.Invitations.as_view(), name="invitations"),
    path("applications/", selection.OwnApplications.as_view(), name="own_applications"),
]
