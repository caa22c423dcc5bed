"""Pages of connections to other people's programs, below ``/ruang/sambungan/`` and ``/mitra/…/sambungan/``."""

from django.urls import path

from .views import webhooks

urlpatterns = [
    path("", webhooks.overview, name="webhooks"),
    path("panduan/", webhooks.guide, name="webhooks_guide"),
    path("tambah/", webhooks.add, name="add_webhook"),
    path("<uuid:endpoint_id>/", webhooks.endpoint, name="webhook"),
    path("<uuid:endpoint_id>/ubah/", webhooks.change, name="change_webhook"),
    path("<uuid:endpoint_id>/uji/", webhooks.test, name="test_webhook"),
    path("<uuid:endpoint_id>/jeda/", webhooks.pause, name="pause_webhook"),
    path("<uuid:endpoint_id>/aktifkan/", webhooks.resume, name="resume_webhook"),
    path("<uuid:endpoint_id>/kunci/", webhooks.replace_secret, name="replace_secret"),
    path("<uuid:endpoint_id>/hapus/", webhooks.remove, name="remove_webhook"),
    path("kiriman/<uuid:delivery_id>/", webhooks.delivery, name="webhook_delivery"),
    path("kiriman/<uuid:delivery_id>/lagi/", webhooks.send_again, name="send_webhook_again"),
]
