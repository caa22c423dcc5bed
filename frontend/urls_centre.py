"""Pages of a centre's own host."""

from django.urls import include, path

from .views import (
    account,
    centre,
    preferences,
    public,
    search,
    space,
    space_documents,
    space_news,
    space_page,
    space_profile,
)

app_name = "centre"

urlpatterns = [
    path("", centre.home, name="home"),
    path("kabar/", centre.news, name="news"),
    path("kabar/<int:announcement_id>/", centre.announcement, name="announcement"),
    path("berkas/<str:name>", centre.published_file, name="file"),
    path("robots.txt", public.robots, name="robots"),
    path("bahasa/", preferences.set_language, name="set_language"),
    path("tampilan/", preferences.set_theme, name="set_theme"),
    path("cari/", search.search, name="search"),
    path("akun/mulai/", account.start, name="start"),
    path("ruang/", space.home, name="space"),
    path("ruang/halaman/", space_page.edit, name="edit_page"),
    path("ruang/halaman/pratinjau/", space_page.preview, name="preview_page"),
    path("ruang/halaman/terbitkan/", space_page.publish, name="publish_page"),
    path("ruang/halaman/buang/", space_page.discard, name="discard_page"),
    path("ruang/halaman/foto/", space_page.edit_photo, name="edit_photo"),
    path("ruang/halaman/foto/hapus/", space_page.remove_photo, name="remove_photo"),
    path("ruang/kabar/", space_news.news, name="news_list"),
    path("ruang/kabar/tulis/", space_news.write, name="write_news"),
    path("ruang/kabar/<int:announcement_id>/", space_news.edit, name="edit_news"),
    path("ruang/kabar/<int:announcement_id>/hapus/", space_news.remove, name="remove_news"),
    path("ruang/profil/", space_profile.overview, name="profile"),
    path("ruang/profil/pastikan/", space_profile.confirm, name="confirm_profile"),
    path("ruang/profil/lembaga/", space_profile.institution, name="edit_institution"),
    path("ruang/profil/izin/", space_profile.licence, name="edit_licence"),
    path("ruang/profil/sarana/", space_profile.means, name="edit_means"),
    path("ruang/dokumen/", space_documents.documents, name="documents"),
    path("ruang/dokumen/tambah/", space_documents.add, name="add_document"),
    path("ruang/dokumen/<int:document_id>/", space_documents.edit, name="edit_document"),
    path("ruang/dokumen/<int:document_id>/hapus/", space_documents.remove, name="remove_document"),
    path("ruang/dokumen/<int:document_id>/unduh/", space_documents.download, name="download_document"),
    path("ruang/staf/", space.staff, name="staff"),
    path("ruang/staf/<int:membership_id>/akhiri/", space.end_membership, name="end_membership"),
    path("ruang/staf/undangan/<uuid:invitation_id>/akhiri/", space.revoke_invitation, name="revoke_invitation"),
    path("ruang/kunjungan/", space.visits, name="visits"),
    path("ruang/kunjungan/<uuid:visit_id>/jawab/", space.answer_visit, name="answer_visit"),
    path("ruang/jejak/", space.trail, name="trail"),
    path("ruang/program/", include("frontend.urls_taking_part")),
    path("ruang/sambungan/", include("frontend.urls_webhooks")),
]
