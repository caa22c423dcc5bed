from django.apps import AppConfig


class TransformationConfig(AppConfig):
    name = "hub.transformation"
    label = "transformation"
