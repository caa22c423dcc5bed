"""Pages of a centre's own host."""

from django.urls import path

from .views import centre, language

app_name = "centre"

urlpatterns = [
    path("", centre.home, name="home"),
    path("bahasa/", language.set_language, name="set_language"),
]
