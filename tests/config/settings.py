"""The platform's settings with pages that fail on purpose: ``DJANGO_SETTINGS_MODULE=tests.config.settings``."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.config.urls"
CENTRE_URLCONF = "tests.config.urls"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
