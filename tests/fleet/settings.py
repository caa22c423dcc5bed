"""The platform's settings with the migrations of ``tenants.site`` from a test's own package.

For ``manage.py`` in a process of its own: ``DJANGO_SETTINGS_MODULE=tests.fleet.settings``.
"""

import os

from config.settings import *  # noqa: F403

MIGRATION_MODULES = {"site": os.environ["BALAI_TEST_SITE_MIGRATIONS"]}
