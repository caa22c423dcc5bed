"""The hub's public resources, version 1."""

from django.urls import path

from . import views

urlpatterns = [
    path("centres/", views.CentreList.as_view(), name="centres"),
    path("centres/<str:code>/", views.CentreDetail.as_view(), name="centre"),
    path("regions/", views.RegionList.as_view(), name="regions"),
    path("runs/<uuid:run_id>/", views.RunDetail.as_view(), name="run"),
]
