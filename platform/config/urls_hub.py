"""Addresses on the hub's own host."""

from django.urls import include, path

from frontend.views import errors

urlpatterns = [
    path("api/", include("api.urls")),
    path("", include("frontend.urls_accounts")),
    path("", include("frontend.urls_hub")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
