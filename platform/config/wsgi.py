"""What gunicorn serves. A database that cannot keep centres apart stops the start here."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from config import startup  # noqa: E402  (needs the apps)

startup.verify()
