"""What our cookies are called and bound to in earnest, over https: in a process of its own, as settings decide it."""

import subprocess
import sys

from hub.accounts import operations
from hub.audit.actors import SYSTEM

from ..conftest import ROOT
from .conftest import NOW, PASSWORD

_COOKIES_OVER_HTTPS = """
import django
django.setup()
from django.conf import settings
from django.test import Client
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # as the test made the account
client = Client(HTTP_HOST=settings.BALAI_DOMAIN)
client.post("/masuk/", {"login": "siti@contoh.id", "password": "TYPED"}, secure=True)
client.get("/masuk/", secure=True)
client.get("/masuk/pusat/", secure=True)
for name, morsel in sorted(client.cookies.items()):
    print(name, bool(morsel["secure"]), bool(morsel["httponly"]), morsel["path"], morsel["domain"] or "-")
"""


def test_over_https_a_sibling_host_cannot_plant_any_of_our_cookies(own_database):
    """Browsers refuse a ``__Host-`` cookie with a domain, without ``secure`` or with another path."""
    user = operations.create_user(name="Siti", email="siti@contoh.id", password=PASSWORD, now=NOW, by=SYSTEM)
    operations.prove_email(user)
    script = _COOKIES_OVER_HTTPS.replace("TYPED", PASSWORD)
    environment = {**own_database.environment, "BALAI_INSECURE_HTTP": "0"}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == [
        "__Host-balai-csrf True True / -",
        "__Host-balai-pass True True / -",
        "__Host-balai-session True True / -",
    ], done.stderr
