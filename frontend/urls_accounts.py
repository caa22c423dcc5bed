"""Signing in and securing an account: allauth's views under addresses in the platform's language, on every host."""

from allauth.account import views
from django.urls import include, path, re_path

from .views import handover, personal

urlpatterns = [
    path("masuk/", views.login, name="account_login"),
    path("masuk/pusat/", handover.start, name="handover_start"),
    path("masuk/tiba/", handover.arrive, name="handover_arrive"),
    path("pindah/", handover.issue, name="handover_issue"),
    path("keluar/", views.logout, name="account_logout"),
    path("akun/izin/", personal.agree, name="account_agree"),
    path("akun/ditutup/", views.account_inactive, name="account_inactive"),
    path("daftar/", views.signup, name="account_signup"),
    path("akun/pastikan/", views.reauthenticate, name="account_reauthenticate"),
    path("akun/surel/cek/", views.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^akun/surel/cek/(?P<key>[-:\w]+)/$", views.confirm_email, name="account_confirm_email"),
    path("akun/sandi/", views.password_change, name="account_change_password"),
    path("akun/sandi/buat/", views.password_set, name="account_set_password"),
    path("sandi/lupa/", views.password_reset, name="account_reset_password"),
    path("sandi/lupa/terkirim/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^sandi/baru/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("sandi/baru/selesai/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("akun/2fa/", include("allauth.mfa.urls")),
    path("akun/perangkat/", include("allauth.usersessions.urls")),
]
