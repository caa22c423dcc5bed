"""Pages of the hub's host."""

from django.urls import path

from .views import hub, language

app_name = "hub"

urlpatterns = [
    path("", hub.home, name="home"),
    path("balai/", hub.directory, name="directory"),
    path("balai/<slug:code>/", hub.centre, name="centre"),
    path("proses/", hub.runs, name="runs"),
    path("proses/<uuid:run_id>/", hub.run, name="run"),
    path("bahasa/", language.set_language, name="set_language"),
]
