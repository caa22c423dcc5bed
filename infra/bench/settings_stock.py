"""Stock django-tenants for the request line: its engine and middleware, with the settings it has as it comes."""

from config import settings as _ours

globals().update({name: value for name, value in vars(_ours).items() if name.isupper()})

DATABASES = {"default": {**_ours.DATABASES["default"], "ENGINE": "django_tenants.postgresql_backend"}}
TENANT_LIMIT_SET_CALLS = False
MIDDLEWARE = [
    "infra.bench.middleware.StockMiddleware" if name == "config.middleware.CentreMiddleware" else name
    for name in _ours.MIDDLEWARE
]
