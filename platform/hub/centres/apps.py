from django.apps import AppConfig


class CentresConfig(AppConfig):
    name = "hub.centres"
    label = "centres"
