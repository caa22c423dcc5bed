"""Programmes and their intakes, under the ministry's address."""

from django.urls import path

from .views import cohort_applications, cohort_rules, cohorts, programmes

COHORT = "gelombang/<uuid:cohort_id>/"
RULES = f"{COHORT}aturan/"
APPLICATION = f"{COHORT}balai/<uuid:application_id>/"

urlpatterns = [
    path("program/", programmes.listed, name="programmes"),
    path("program/baru/", programmes.set_up, name="set_up_programme"),
    path("program/<uuid:programme_id>/", programmes.change, name="change_programme"),
    path("program/<uuid:programme_id>/gelombang/", programmes.plan, name="plan_cohort"),
    path("program/banding/", cohorts.compare, name="compare_cohorts"),
    path(COHORT, cohorts.funnel, name="cohort"),
    path(f"{COHORT}jadwal/", cohorts.reschedule, name="reschedule_cohort"),
    path(f"{COHORT}langkah/<slug:word>/", cohorts.step, name="cohort_step"),
    path(f"{COHORT}riwayat/", cohorts.trail, name="cohort_trail"),
    path(RULES, cohort_rules.overview, name="cohort_rules"),
    path(f"{RULES}syarat/", cohort_rules.eligibility, name="rules_eligibility"),
    path(f"{RULES}babak/<int:number>/", cohort_rules.round_, name="rules_round"),
    path(f"{RULES}tahap/<int:number>/", cohort_rules.stage, name="rules_stage"),
    path(f"{RULES}susun/", cohort_rules.arrange, name="arrange_rules"),
    path(f"{RULES}versi/<int:number>/", cohort_rules.version, name="rules_version"),
    path(f"{COHORT}balai/", cohort_applications.listed, name="cohort_centres"),
    path(APPLICATION, cohort_applications.application, name="cohort_application"),
    path(f"{APPLICATION}keluar/", cohort_applications.leave, name="leave_cohort"),
    path(f"{APPLICATION}lampiran/<str:name>", cohort_applications.attachment, name="application_attachment"),
]
