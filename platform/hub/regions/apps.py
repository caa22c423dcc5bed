from django.apps import AppConfig


class RegionsConfig(AppConfig):
    name = "hub.regions"
    label = "regions"
