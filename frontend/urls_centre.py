"""Pages of a centre's own host."""

from django.urls import include, path

from .views import account, centre, preferences, space

app_name = "centre"

urlpatterns = [
    path("", centre.home, name="home"),
    path("berkas/<str:name>", centre.published_file, name="file"),
    path("bahasa/", preferences.set_language, name="set_language"),
    path("tampilan/", preferences.set_theme, name="set_theme"),
    path("akun/mulai/", account.start, name="start"),
    path("ruang/", space.home, name="space"),
    path("ruang/profil/", space.edit_profile, name="edit_profile"),
    path("ruang/profil/foto/", space.edit_photo, name="edit_photo"),
    path("ruang/profil/foto/hapus/", space.remove_photo, name="remove_photo"),
    path("ruang/staf/", space.staff, name="staff"),
    path("ruang/staf/<int:membership_id>/akhiri/", space.end_membership, name="end_membership"),
    path("ruang/staf/undangan/<uuid:invitation_id>/akhiri/", space.revoke_invitation, name="revoke_invitation"),
    path("ruang/kunjungan/", space.visits, name="visits"),
    path("ruang/kunjungan/<uuid:visit_id>/jawab/", space.answer_visit, name="answer_visit"),
    path("ruang/jejak/", space.trail, name="trail"),
    path("ruang/sambungan/", include("frontend.urls_webhooks")),
]
