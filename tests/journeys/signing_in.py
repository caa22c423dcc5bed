"""Browsers that are signed in already: a session written as the platform writes it, for tests about what comes after.

Signing in itself is walked in test_people.py and test_account.py.
"""

import json

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext

from tests.conftest import Site

# A session of one person with the password given just now, and a second factor for those who need one.
_SCRIPT = """
import json, time
from importlib import import_module
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from hub.accounts.models import User
keys = {}
for user in User.objects.with_roles().filter(email__endswith="@demo.invalid"):
    if user.lacks_second_factor:
        Authenticator.objects.create(user=user, type="totp", data={})
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session.update({
        SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "hub.accounts.backends.Backend",
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        "account_authentication_methods": [{"method": "password", "at": time.time() + 3000}],
    })
    session.save()
    UserSession.objects.create(user=user, session_key=session.session_key, ip="127.0.0.1", user_agent="test")
    keys[user.email.partition("@")[0]] = session.session_key
print(json.dumps(keys))
"""


def sessions(site: Site) -> dict[str, str]:
    """Session keys of the demo's people by the first part of their address."""
    done = site.database.manage("shell", "--no-imports", "-c", _SCRIPT)
    assert done.returncode == 0, done.stderr
    keys: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return keys


def context_of(chromium: Browser, site: Site, key: str, **options) -> BrowserContext:
    """A browser context that holds this session on the hub and every centre's host; without a key a stranger's."""
    context = chromium.new_context(**options)
    if key:
        hosts = [settings.BALAI_DOMAIN, f"msn-blitar.{settings.BALAI_DOMAIN}"]
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME.removeprefix("__Host-"), "value": key, "domain": host, "path": "/"}
             for host in hosts]
        )  # fmt: skip
    return context
