"""Addresses on the host of each centre."""

from django.urls import include, path

from frontend.views import errors

urlpatterns = [
    path("api/", include("api.urls_centre")),
    path("", include("frontend.urls_accounts")),
    path("", include("frontend.urls_centre")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
