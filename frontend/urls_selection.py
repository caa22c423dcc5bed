"""Rounds of selection, appeals, and the assessor's desk, under the ministry's address."""

from django.urls import path

from .views import appeals, assessing, assessors, rounds

COHORT = "gelombang/<uuid:cohort_id>/"
ROUND = f"{COHORT}babak/<int:number>/"
ASSESSMENT = "penilaian/<uuid:assessment_id>/"

urlpatterns = [
    path("penilaian/", assessing.desk, name="assessing"),
    path(ASSESSMENT, assessing.score, name="score"),
    path(f"{ASSESSMENT}tolak/", assessing.recuse, name="recuse"),
    path(f"{ASSESSMENT}berkas/<int:attachment_id>/", assessing.attachment, name="score_attachment"),
    path("penilai/", assessors.listed, name="assessors"),
    path("penilai/<uuid:person_id>/", assessors.describe, name="assessor"),
    path(ROUND, rounds.overview, name="round"),
    path(f"{ROUND}keputusan/", rounds.meeting, name="meeting"),
    path(f"{ROUND}langkah/<slug:word>/", rounds.step, name="round_step"),
    path(f"{COHORT}sanggahan/", appeals.listed, name="appeals"),
    path(f"{COHORT}sanggahan/<uuid:appeal_id>/", appeals.answer, name="appeal"),
    path(f"{COHORT}daftar-tunggu/", rounds.waiting_list, name="waiting_list"),
]
