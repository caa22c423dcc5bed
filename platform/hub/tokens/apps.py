from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "hub.tokens"
    label = "tokens"
