"""Plain Django for the request line: the same apps, views and templates, Django's own engine, one schema."""

import os

from config import settings as _ours

globals().update({name: value for name, value in vars(_ours).items() if name.isupper()})

_DATABASE = _ours.DATABASES["default"]
DATABASES = {
    "default": {
        **_DATABASE,
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": {
            **_DATABASE["OPTIONS"],
            # Part of the connection's start, so no SET is ever sent.
            "options": f"-c search_path={os.environ['BALAI_BENCH_SCHEMA']},public",
        },
    }
}
MIDDLEWARE = [
    "infra.bench.middleware.PlainMiddleware" if name == "config.middleware.CentreMiddleware" else name
    for name in _ours.MIDDLEWARE
]
