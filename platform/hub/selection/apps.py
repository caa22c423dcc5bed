from django.apps import AppConfig


class SelectionConfig(AppConfig):
    name = "hub.selection"
    label = "selection"
