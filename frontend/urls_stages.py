"""Transformation in stages, under the ministry's address: an intake's board, and the desk of its mentors."""

from django.urls import path

from .views import mentoring, stages

BOARD = "gelombang/<uuid:cohort_id>/tahap/"
CENTRE = "pendampingan/<uuid:application_id>/"

urlpatterns = [
    path(BOARD, stages.board, name="stages"),
    path(f"{BOARD}mulai/", stages.begin, name="begin_stages"),
    path(f"{BOARD}pendamping/", stages.give_mentors, name="give_mentors"),
    path(f"{BOARD}tutup/", stages.close, name="close_stages"),
    path("pendampingan/", mentoring.desk, name="mentoring"),
    path(CENTRE, mentoring.stages, name="mentored"),
    path(f"{CENTRE}periksa/<uuid:evidence_id>/", mentoring.check, name="check_evidence"),
    path(f"{CENTRE}bukti/<str:name>", mentoring.evidence, name="mentored_evidence"),
    path(f"{CENTRE}tahap/<int:number>/tanda-tangan/", mentoring.sign, name="sign_stage"),
    path(f"{CENTRE}tahap/<int:number>/gagal/", mentoring.fail, name="fail_stage"),
    path(f"{CENTRE}kunjungan/", mentoring.visits, name="mentored_visits"),
    path(f"{CENTRE}kunjungan/catat/", mentoring.note_visit, name="note_visit"),
    path(f"{CENTRE}kunjungan/<uuid:visit_id>/foto/", mentoring.add_photo, name="add_visit_photo"),
    path(f"{CENTRE}foto/<str:name>", mentoring.photo, name="mentored_photo"),
    path(f"{CENTRE}tindakan/<int:action_id>/", mentoring.finish, name="finish_action"),
    path(f"{CENTRE}kematangan/", mentoring.maturity, name="mentored_maturity"),
    path(f"{CENTRE}kematangan/<slug:word>/", mentoring.assess, name="assess_maturity"),
    path(f"{CENTRE}kelas/", mentoring.ladder, name="mentored_class"),
    path(f"{CENTRE}pendamping/", stages.give_mentor, name="give_mentor"),
    path(f"{CENTRE}keluar/", stages.leave, name="leave_stages"),
]
