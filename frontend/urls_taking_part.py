"""A centre's part in programmes, under its space."""

from django.urls import path

from .views import taking_part

ONE = "<uuid:application_id>/"

urlpatterns = [
    path("", taking_part.listed, name="programmes"),
    path("ikut/<uuid:cohort_id>/", taking_part.begin, name="begin_application"),
    path(ONE, taking_part.one, name="programme"),
    path(f"{ONE}tulis/", taking_part.write, name="write_application"),
    path(f"{ONE}periksa/", taking_part.send, name="send_application"),
    path(f"{ONE}mundur/", taking_part.withdraw, name="withdraw_application"),
    path(f"{ONE}sanggah/<int:number>/", taking_part.appeal, name="file_appeal"),
    path(f"{ONE}berkas/<int:attachment_id>/", taking_part.attachment, name="own_attachment"),
    path(f"{ONE}berkas/<int:attachment_id>/hapus/", taking_part.detach, name="remove_attachment"),
]
