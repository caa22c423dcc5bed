from django.apps import AppConfig


class PreferencesConfig(AppConfig):
    name = "hub.preferences"
    label = "preferences"
