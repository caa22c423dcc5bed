"""Settings of every process. A value comes from the environment; a wrong one stops the start with its name.

Development is the exception that asks for itself: ``BALAI_DEBUG=1``. Without it the defaults are those of
production, and ``manage.py check --deploy`` is clean.
"""

import base64
import ipaddress
import logging
import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import embedded, logs

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


def _metrics_token() -> str:
    token = env.str("BALAI_METRICS_TOKEN", default="")
    if token and len(token) < 32:
        raise ImproperlyConfigured("BALAI_METRICS_TOKEN is shorter than 32 characters.")
    return token


# Whoever brings it may read /metrics; without one there is no such address.
BALAI_METRICS_TOKEN = _metrics_token()


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

HUB_APPS = [
    "hub.audit",
    "hub.webhooks",
    "hub.regions",
    "hub.centres",
    "hub.accounts",
    "hub.intake",
    "hub.preferences",
    "hub.partners",
    "hub.programmes",
    "hub.selection",
    "hub.transformation",
    "hub.tokens",
]
TENANT_APPS = ["tenants.site"]
SHARED_APPS = [
    "django_tenants",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "procrastinate.contrib.django",
    "rest_framework",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django_cotton.apps.SimpleAppConfig",
    "django_vite",
    "django_structlog",
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
    # Before hosts, https and cookies: load balancers ask by IP address, over plain http.
    "config.machines.for_machines",
    "config.metrics.count",
    "config.middleware.RequestLine",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "frontend.middleware.CompressedText",
    "frontend.middleware.permissions_policy",
    "frontend.middleware.language",
    "api.middleware.in_json",
    "config.middleware.CentreMiddleware",
    "csp.middleware.CSPMiddleware",
    "frontend.middleware.local_time",
    "frontend.middleware.centre_limit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "frontend.middleware.followed_session",
    "frontend.middleware.second_factor",
    "frontend.middleware.NotVisibleIsNotThere",
    "axes.middleware.AxesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "frontend" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "frontend.context.site",
            ],
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
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "frontend.views.errors.csrf_failure"

# ---------------------------------------------------------------- people

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "hub.accounts.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/akun/mulai/"
SECRET_KEY_FALLBACKS = env.list("BALAI_SECRET_KEY_FALLBACKS", default=[])

# Host-only cookies: a centre's host never sees the hub's session, nor another centre's. The __Host- prefix has
# browsers refuse one that a sibling host tries to plant (it needs https).
COOKIE_PREFIX = "" if BALAI_INSECURE_HTTP else "__Host-"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}balai-session"
SESSION_COOKIE_SECURE = not BALAI_INSECURE_HTTP
SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}balai-csrf"
CSRF_COOKIE_HTTPONLY = True

ACCOUNT_ADAPTER = "frontend.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*"]  # sign-up itself is by invitation only
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# Codes by text message come with participants' accounts; until then a number is as good as its password.
ACCOUNT_PHONE_VERIFICATION_ENABLED = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900  # seconds
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if BALAI_INSECURE_HTTP else "https"
# A whole village may sit behind one address: limits by address are wide, those by person narrow.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    # axes locks out first, with a page that says what to do; this is the net below it.
    "login_failed": "40/15m/key",
    "reset_password": "120/m/ip,5/m/key",
    "reset_password_from_key": "60/m/ip",
    "invite": "60/h/user",
    "accept_invitation": "120/m/ip",
    "handover": "60/m/user",
    "support": "20/h/user",
    "upload": "60/h/user",
    "webhook": "120/h/user",
    "change_email": "5/h/user",
    # Few: whoever changes to a number and looks at their account learns whether it was free.
    "change_phone": "5/d/user",
    "own_data": "10/h/user",
    "make_token": "30/h/user",
    "check_trail": "12/h/user",
    # From people without an account: by address (a whole office may share one), by who writes, and all together.
    "join_request": "20/h/ip,3/d/key",
    "join_requests": "300/d/key",
    # A centre that applies or claims its space, without an account, too: by address, by application or centre, by
    # who gets a mail, and all together.
    "intake_begin": "30/h/ip",
    "intake_all": "5000/d/key",
    "intake": "300/h/key",
    "intake_paper": "40/h/key",
    "intake_mail": "5/d/key",
    "claim": "60/h/ip,30/h/key",
    "claim_codes": "60/h/user",
}
# What one centre's host may be asked in each process: so many at once, then so many a second. A sign-in costs half a
# second of a core, so these are few; a class of forty that signs in together still gets in.
_TIMES = env.float("BALAI_CENTRE_LIMIT_FACTOR", default=1.0)
BALAI_CENTRE_LIMITS = {
    kind: (burst * _TIMES, per_second * _TIMES)
    for kind, burst, per_second in (("read", 600, 20), ("write", 120, 4), ("sign_in", 40, 0.5))
}
# What one token, or without one one address, may ask of the API in each process. See docs/decisions/0014.
BALAI_API_LIMITS = {
    kind: (burst * _TIMES, per_second * _TIMES)
    for kind, burst, per_second in (("address", 120, 2), ("token", 600, 10), ("write", 60, 1))
}
MFA_ADAPTER = "frontend.adapters.MFAAdapter"
MFA_FORMS = {"add_webauthn": "frontend.account_forms.AddPasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = BALAI_INSECURE_HTTP

# Failures count per person and address together: a school's address with a hundred failures locks out nobody else.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "email", "phone", "next"]
AXES_USERNAME_CALLABLE = "frontend.lockout.username"
AXES_CLIENT_IP_CALLABLE = "frontend.lockout.address"
AXES_LOCKOUT_CALLABLE = "frontend.lockout.page"

# ---------------------------------------------------------------- personal data at rest


def _field_keys() -> list[tuple[str, str]]:
    """Pairs of key id and base64 key, the first of which encrypts."""
    text = env.str("BALAI_FIELD_KEYS", default="")
    if not text:
        if not embedded.is_chosen():
            raise ImproperlyConfigured("BALAI_FIELD_KEYS is not set: id:key, the key 32 random bytes in base64.")
        text = f"local:{_kept('field-key', 32)}"
    return [(key_id, key) for key_id, _colon, key in (part.partition(":") for part in text.split(","))]


def _kept(name: str, size: int) -> str:
    """A secret that the try-out on one's own machine makes once and keeps beside its data."""
    path = VAR / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(base64.urlsafe_b64encode(secrets.token_bytes(size)).decode())
    return path.read_text()


BALAI_FIELD_KEYS = _field_keys()
if embedded.is_chosen():
    BALAI_LOOKUP_KEY = env.str("BALAI_LOOKUP_KEY", default=_kept("lookup-key", 32))
else:
    BALAI_LOOKUP_KEY = env.str("BALAI_LOOKUP_KEY")
BALAI_LOOKUP_KEY_FALLBACKS = env.list("BALAI_LOOKUP_KEY_FALLBACKS", default=[])

BALAI_RETENTION_FILE = ROOT / "platform" / "config" / "data_retention.yaml"

# ---------------------------------------------------------------- what a browser may do with our pages

_HUB_ORIGIN = f"{'http' if BALAI_INSECURE_HTTP else 'https'}://{BALAI_DOMAIN}{BALAI_PORT_SUFFIX}"
_CENTRE_ORIGINS = f"{'http' if BALAI_INSECURE_HTTP else 'https'}://*.{BALAI_DOMAIN}{BALAI_PORT_SUFFIX}"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        # allauth draws the QR code of a second factor as a data: image.
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        # A form may end on another of our hosts: language switch, sign-in handed over.
        "form-action": ["'self'", _HUB_ORIGIN, _CENTRE_ORIGINS],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# What a page may ask of the phone it is read on: nothing, but for the one that finds the nearest centre.
BALAI_PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

# ---------------------------------------------------------------- mail

EMAIL_CONFIG = env.email_url("BALAI_EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("BALAI_FROM_EMAIL", default=f"Balai <balai@{BALAI_DOMAIN}>")


# Where people who are lost write to: the operator's own address, shown on the pages of help.
BALAI_CONTACT_EMAIL = env.str("BALAI_CONTACT_EMAIL", default="")


def _mail_catcher() -> bool:
    """Whether the hub shows mail that was kept instead of sent, links and all: on one's own machine only."""
    if not env.bool("BALAI_MAIL_CATCHER", default=False):
        return False
    if not BALAI_INSECURE_HTTP or not f".{BALAI_DOMAIN}".endswith(".localhost"):
        raise ImproperlyConfigured("BALAI_MAIL_CATCHER shows everybody's mail: only for a try-out under *.localhost.")
    if not EMAIL_CONFIG.get("EMAIL_FILE_PATH"):
        raise ImproperlyConfigured("BALAI_MAIL_CATCHER needs a folder of mails: BALAI_EMAIL_URL=filemail:///path.")
    return True


BALAI_MAIL_CATCHER = _mail_catcher()

# ---------------------------------------------------------------- cache: shared by all processes

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        "KEY_FUNCTION": "kernel.schema.cache_key_function",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# ---------------------------------------------------------------- language and time

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "frontend" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"  # the hub's; each centre has its province's (hub.regions.zones)
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "frontend.formats"

# ---------------------------------------------------------------- static files

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "frontend" / "dist"] if (ROOT / "frontend" / "dist").exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
    "private": {"BACKEND": "kernel.files.PrivateStorage"},
}
DJANGO_VITE = {"default": {"manifest_path": ROOT / "frontend" / "dist" / "manifest.json"}}
# Vite puts a hash of the content in each name.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9a-zA-Z_-]{8,12}\..+$"
EXPORT_DIR = VAR / "exports"

# ---------------------------------------------------------------- files of people

# Below no folder that a web server hands out. Every process needs it, and a backup of the database needs its copy.
BALAI_FILES_DIR = Path(env.str("BALAI_FILES_DIR", default=str(VAR / "files"))).absolute()
FILE_UPLOAD_HANDLERS = [
    "kernel.uploads.StopAtLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# ---------------------------------------------------------------- jobs

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_ON_APP_READY = "workflows.failures.attach"
# Other people's slow servers keep one of these waiting, not all: an endpoint is one worker's at a time.
PROCRASTINATE_WORKER_DEFAULTS = {"concurrency": 4}

# ---------------------------------------------------------------- webhooks: what leaves for other people's servers

# A try-out may send to programs on the machine itself (http://anything.localhost); nothing else ever does.
BALAI_WEBHOOKS_TO_LOCALHOST = BALAI_INSECURE_HTTP and f".{BALAI_DOMAIN}".endswith(".localhost")


def _refused_networks() -> list[str]:
    texts = env.list("BALAI_WEBHOOKS_REFUSED_NETWORKS", default=[])
    try:
        return [str(ipaddress.ip_network(text)) for text in texts]
    except ValueError as error:
        raise ImproperlyConfigured(f"BALAI_WEBHOOKS_REFUSED_NETWORKS: {error}") from None


# Public addresses that are the operator's own all the same, such as 198.51.100.0/24; private ones are refused anyway.
BALAI_WEBHOOKS_REFUSED_NETWORKS = _refused_networks()

# ---------------------------------------------------------------- API

REST_FRAMEWORK = {
    # Who asks, what bodies there are and how it is described: see api.resources.
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "api.errors.handle",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Balai",
    "VERSION": "1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATIONS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "CentreState": "hub.centres.models.State",
        "RunState": "fleet.models.Run.State",
        "RunKind": "fleet.models.Run.Kind",
        "CohortState": "hub.programmes.models.CohortState",
        "Standing": "hub.programmes.models.Standing",
        "ExitReason": "hub.programmes.models.Exit",
        "RoundKind": "hub.programmes.rulebook.RoundKind",
        "StageKind": "hub.programmes.rulebook.StageKind",
        "RequirementKind": "hub.programmes.rulebook.RequirementKind",
        "Role": "hub.accounts.roles.Role",
        "StaffRole": "api.v1.serializers.STAFF_CHOICES",
    },
}

# ---------------------------------------------------------------- seen from outside

# "json" for whoever collects the lines, "text" for people.
LOGGING = logs.configuration(
    level=env.str("BALAI_LOG_LEVEL", default="INFO"),
    form=env.str("BALAI_LOG_FORM", default="text" if DEBUG else "json"),
)
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # RequestLine lets only UUIDs through
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = None  # RequestLine adds it where the view asked for the person
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO

if SENTRY_DSN := env.str("SENTRY_DSN", default=""):
    from config.sentry import start as start_sentry

    start_sentry(SENTRY_DSN, traces=env.float("SENTRY_TRACES", default=0.0))
