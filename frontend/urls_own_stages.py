"""A centre's own transformation, in its space."""

from django.urls import path

from .views import space_stages

urlpatterns = [
    path("tahap/", space_stages.stages, name="stages"),
    path("tahap/<int:number>/<int:place>/", space_stages.show, name="show_evidence"),
    path("bukti/<str:name>", space_stages.evidence, name="stage_evidence"),
    path("foto/<str:name>", space_stages.photo, name="visit_photo"),
    path("tindakan/<int:action_id>/", space_stages.finish, name="finish_agreed"),
]
