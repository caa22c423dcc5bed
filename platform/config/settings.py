"""Settings of every process. A value comes from the environment; a wrong one stops the start with its name.

Development is the exception that asks for itself: ``BALAI_DEBUG=1``. Without it the defaults are those of
production, and ``manage.py check --deploy`` is clean.
"""

import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import embedded
from config.logs import not_about_recycling

ROOT = Path(__file__).resolve().parents[2]
VAR = embedded.VAR
env = environ.Env()

DEBUG = env.bool("BALAI_DEBUG", default=False)
# The hub's own host name; every centre is one label in front of it.
BALAI_DOMAIN = env.str("BALAI_DOMAIN", default="balai.localhost").lower().strip(".")
# What a browser types behind the host, such as ":8000"; empty behind a proxy on the usual ports.
BALAI_PORT_SUFFIX = env.str("BALAI_PORT_SUFFIX", default="")
# Plain http only for a try-out on the machine itself: browsers keep *.localhost off the network.
BALAI_INSECURE_HTTP = env.bool("BALAI_INSECURE_HTTP", default=DEBUG)
# Ready-made schemas that wait for the next approved centres.
BALAI_READY_SCHEMAS = env.int("BALAI_READY_SCHEMAS", default=8)


def _secret_key() -> str:
    if key := env.str("BALAI_SECRET_KEY", default=""):
        if len(key) < 50:
            raise ImproperlyConfigured("BALAI_SECRET_KEY is shorter than 50 characters.")
        return key
    if not embedded.is_chosen():
        raise ImproperlyConfigured(
            "BALAI_SECRET_KEY is not set. Make one with: python -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )
    # The try-out on one's own machine makes its own key once and keeps it beside its data.
    path = VAR / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


SECRET_KEY = _secret_key()

ALLOWED_HOSTS = env.list("BALAI_ALLOWED_HOSTS", default=[BALAI_DOMAIN, f".{BALAI_DOMAIN}"])

# ---------------------------------------------------------------- apps: which side each is on

HUB_APPS = ["hub.regions", "hub.centres"]
TENANT_APPS = ["tenants.site"]
SHARED_APPS = [
    "django_tenants",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "procrastinate.contrib.django",
    "rest_framework",
    "django_cotton.apps.SimpleAppConfig",
    "django_vite",
    "fleet",
    *HUB_APPS,
    "workflows",
    "api",
    "frontend",
    "infra",
]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]

TENANT_MODEL = "centres.Centre"
TENANT_DOMAIN_MODEL = "centres.Domain"
# One SET per change of schema, not one per cursor.
TENANT_LIMIT_SET_CALLS = True

# ---------------------------------------------------------------- database

if embedded.is_chosen():
    _database_url = embedded.url()
else:
    _database_url = env.str("DATABASE_URL")

DATABASES = {
    "default": {
        **environ.Env.db_url_config(_database_url, engine="kernel.schema.backend"),
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            **environ.Env.db_url_config(_database_url, engine="kernel.schema.backend").get("OPTIONS", {}),
            "application_name": "balai",
            # One pool per process. Connections also end by how many schemas they served: see kernel.schema.
            "pool": {
                "min_size": env.int("BALAI_POOL_MIN", default=1),
                "max_size": env.int("BALAI_POOL_MAX", default=8),
                "max_lifetime": 1800,  # seconds
                "timeout": 10,  # seconds a request waits for a free connection
            },
        },
    }
}
# Schemas one connection serves before it is replaced: PostgreSQL keeps every table it has seen in memory.
BALAI_SCHEMAS_PER_CONNECTION = env.int("BALAI_SCHEMAS_PER_CONNECTION", default=300)
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---------------------------------------------------------------- requests

ROOT_URLCONF = "config.urls_hub"
CENTRE_URLCONF = "config.urls_centre"
WSGI_APPLICATION = "config.wsgi.application"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "frontend.middleware.language",
    "config.middleware.CentreMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "frontend" / "templates"],
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "frontend.context.site"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "frontend.templatetags.balai"],
        },
    }
]
COTTON_DIR = "components"

SECURE_SSL_REDIRECT = not BALAI_INSECURE_HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if BALAI_INSECURE_HTTP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
CSRF_COOKIE_SECURE = not BALAI_INSECURE_HTTP
LANGUAGE_COOKIE_SECURE = not BALAI_INSECURE_HTTP
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "frontend.views.errors.csrf_failure"

# ---------------------------------------------------------------- language and time

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "frontend" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
USE_THOUSAND_SEPARATOR = True

# ---------------------------------------------------------------- static files

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "frontend" / "dist"] if (ROOT / "frontend" / "dist").exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
DJANGO_VITE = {"default": {"manifest_path": ROOT / "frontend" / "dist" / "manifest.json"}}
# Vite puts a hash of the content in each name.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9a-zA-Z_-]{8,12}\..+$"
EXPORT_DIR = VAR / "exports"

# ---------------------------------------------------------------- jobs

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# ---------------------------------------------------------------- API

REST_FRAMEWORK = {
    # Accounts come with the next part; until then the API is public and read-only.
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "api.errors.handle",
}

# ---------------------------------------------------------------- seen from outside

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(centre)s %(name)s %(message)s",
        }
    },
    "filters": {"recycling": {"()": "django.utils.log.CallbackFilter", "callback": not_about_recycling}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["recycling"]}},
    "root": {"handlers": ["console"], "level": env.str("BALAI_LOG_LEVEL", default="INFO")},
    "loggers": {"procrastinate": {"level": "WARNING"}},
}

if SENTRY_DSN := env.str("SENTRY_DSN", default=""):
    from config.sentry import start as start_sentry

    start_sentry(SENTRY_DSN)
