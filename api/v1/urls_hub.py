"""The hub's resources, version 1."""

from django.urls import path

from api import description

from . import hub, programmes

urlpatterns = [
    path("openapi.json", description.hub, name="openapi"),
    path("me/", hub.Me.as_view(), name="me"),
    path("centres/", hub.CentreList.as_view(), name="centres"),
    path("centres/<str:code>/", hub.CentreDetail.as_view(), name="centre"),
    path("regions/", hub.RegionList.as_view(), name="regions"),
    path("regencies/", hub.RegencyList.as_view(), name="regencies"),
    path("fields/", hub.FieldList.as_view(), name="fields"),
    path("runs/", hub.RunList.as_view(), name="runs"),
    path("runs/<uuid:run_id>/", hub.RunDetail.as_view(), name="run"),
    path("intake/", hub.IntakeList.as_view(), name="intake"),
    path("intake/<str:number>/", hub.IntakeDetail.as_view(), name="intake_application"),
    path("organisations/<uuid:organisation_id>/people/", hub.OrganisationPeople.as_view(), name="organisation_people"),
    path("cohorts/", programmes.CohortList.as_view(), name="cohorts"),
    path("cohorts/<uuid:cohort_id>/", programmes.CohortDetail.as_view(), name="cohort"),
    path("cohorts/<uuid:cohort_id>/applications/", programmes.ApplicationList.as_view(), name="applications"),
    path("cohorts/<uuid:cohort_id>/funnel/", programmes.CohortFunnel.as_view(), name="funnel"),
]
