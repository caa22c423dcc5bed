"""What the journeys share: a browser on a phone, signing in, the mail that arrives, the codes of a second factor."""

import base64
import email
import email.policy
import hashlib
import hmac
import re
import struct
import time
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.conftest import Site

PHONE = {"width": 360, "height": 740}
SPACE = "msn-blitar"
NEW_PASSWORD = "kopi tubruk sore hari"


def sign_in(page: Page, site: Site, login: str, password: str) -> None:
    page.goto(site.url("/masuk/"))
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/masuk/" not in url)


def is_accessible(page: Page) -> bool:
    found = Axe().run(page).response["violations"]
    return [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def one_time_code(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238: SHA-1, 30 seconds, six digits)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def links_mailed_to(site: Site, address: str) -> list[str]:
    """The links of every mail to this address, oldest mail first."""
    links = []
    for path in sorted(site.mail.iterdir(), key=lambda one: one.stat().st_mtime_ns):
        for text in _messages(path):
            message = email.message_from_string(text, policy=email.policy.default)
            if address in message["To"]:
                links += re.findall(r"https?://\S+", message.get_content())
    return links


def _messages(path: Path) -> list[str]:
    """A file holds the mails of one connection, each ended by a line of dashes."""
    return [text.strip() for text in re.split(r"^-{70,}$", path.read_text(), flags=re.MULTILINE) if text.strip()]
