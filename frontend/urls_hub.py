"""Pages of the hub's host."""

from django.urls import path

from .views import (
    account,
    caught_mail,
    design,
    developers,
    hub,
    invitations,
    ministry,
    organisation,
    personal,
    phone,
    preferences,
    tokens,
)

app_name = "hub"

urlpatterns = [
    path("akun/mulai/", account.start, name="start"),
    path("akun/", account.overview, name="account"),
    path("akun/surel/", account.change_email, name="change_email"),
    path("akun/surel/setuju/<str:token>/", account.agree_email_change, name="agree_email_change"),
    path("akun/ponsel/", phone.change, name="change_phone"),
    path("akun/ponsel/hapus/", phone.remove, name="remove_phone"),
    path("akun/token/", tokens.own, name="tokens"),
    path("akun/token/<uuid:token_id>/akhiri/", tokens.end_own, name="end_token"),
    path("akun/data/", personal.my_data, name="my_data"),
    path("akun/data/unduh/", personal.download, name="download_my_data"),
    path("akun/data/izin/<slug:purpose>/", personal.consent, name="consent"),
    path("akun/hapus/", personal.erase, name="erase_me"),
    path("privasi/", personal.privacy, name="privacy"),
    path("undangan/<str:token>/", invitations.invitation, name="invitation"),
    path("undangan/<uuid:invitation_id>/akhiri/", invitations.revoke, name="revoke_invitation"),
    path("kementerian/", ministry.home, name="ministry"),
    path("kementerian/orang/", ministry.people, name="people"),
    path("kementerian/orang/<int:membership_id>/akhiri/", ministry.end_membership, name="end_membership"),
    path("kementerian/balai/<slug:code>/kunjungan/", ministry.visit, name="visit"),
    path("kementerian/kunjungan/<uuid:visit_id>/akhiri/", ministry.end_visit, name="end_visit"),
    path("kementerian/jejak/", ministry.trail, name="trail"),
    path("kementerian/jejak/periksa/", ministry.check_trail, name="check_trail"),
    path("mitra/<uuid:organisation_id>/", organisation.people, name="organisation"),
    path("mitra/<uuid:organisation_id>/token/", tokens.of_organisation, name="organisation_tokens"),
    path(
        "mitra/<uuid:organisation_id>/token/<uuid:token_id>/akhiri/",
        tokens.end_of_organisation,
        name="end_organisation_token",
    ),
    path("mitra/orang/<int:membership_id>/akhiri/", organisation.end_membership, name="end_organisation_membership"),
    path(
        "mitra/undangan/<uuid:invitation_id>/akhiri/",
        organisation.revoke_invitation,
        name="revoke_organisation_invitation",
    ),
    path("design/", design.design, name="design"),
    path("pengembang/", developers.page, name="developers"),
    path("", hub.home, name="home"),
    path("balai/", hub.directory, name="directory"),
    path("balai/<slug:code>/", hub.centre, name="centre"),
    path("proses/", hub.runs, name="runs"),
    path("proses/<uuid:run_id>/", hub.run, name="run"),
    path("surat/", caught_mail.mailbox, name="mailbox"),
    path("surat/<slug:mail_id>/", caught_mail.message, name="caught_mail"),
    path("bahasa/", preferences.set_language, name="set_language"),
    path("tampilan/", preferences.set_theme, name="set_theme"),
]
