"""A new SECRET_KEY: while the old one is a fallback nobody is signed out and no link breaks; without it, all do."""

import os
import re
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from ..conftest import ROOT
from .conftest import is_signed_in, sign_in

pytestmark = pytest.mark.usefixtures("fresh_limits")

OLD, NEW = "lama" * 20, "baru" * 20


@pytest.fixture(autouse=True)
def _old_key(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []


@pytest.fixture(params=[True, False], ids=["fallback", "removed"])
def moved(request, settings):
    """A function that puts the new key first; returns whether the old one was kept as a fallback."""

    def move() -> bool:
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD] if request.param else []
        return request.param

    return move


def _link(path: str) -> str:
    return urlsplit(re.search(rf"http\S+{path}\S+", mail.outbox[-1].body)[0]).path


def test_sessions(hub_client, siti, moved):
    sign_in(hub_client)
    assert hub_client.get("/akun/").status_code == 200
    is_kept = moved()
    assert hub_client.get("/akun/").status_code == (200 if is_kept else 302)


def test_a_kept_session_moves_on_to_the_new_key(hub_client, siti, settings):
    sign_in(hub_client)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert hub_client.get("/akun/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert hub_client.get("/akun/").status_code == 200


def test_a_kept_session_can_still_be_ended_from_another_device(hub_client, siti, settings):
    """Django gives it another key then; the list of devices follows."""
    sign_in(hub_client)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    for _visit in range(2):
        assert hub_client.get("/akun/").status_code == 200
    assert UserSession.objects.get().session_key == hub_client.session.session_key
    other = Client(HTTP_HOST=hub_client.defaults["HTTP_HOST"])
    sign_in(other)
    other.post("/akun/perangkat/")
    assert UserSession.objects.count() == 1
    assert hub_client.get("/akun/").status_code == 302
    assert other.get("/akun/").status_code == 200


def test_links_to_a_new_password(hub_client, siti, moved):
    hub_client.post("/sandi/lupa/", {"email": "siti@contoh.id"})
    is_kept = moved()
    page = hub_client.get(_link("/sandi/baru/"), follow=True)
    sent = hub_client.post(
        page.request["PATH_INFO"], {"password1": "teh panas pagi hari", "password2": "teh panas pagi hari"}
    )
    assert (sent.status_code == 302) is is_kept
    later = Client(HTTP_HOST=hub_client.defaults["HTTP_HOST"])
    sign_in(later, password="teh panas pagi hari")
    assert is_signed_in(later) is is_kept


def test_links_that_confirm_an_address(hub_client, siti, moved):
    EmailAddress.objects.filter(user=siti).update(verified=False)
    sign_in(hub_client)  # which mails the link
    is_kept = moved()
    hub_client.post(_link("/akun/surel/cek/"))
    assert EmailAddress.objects.get(user=siti).verified is is_kept


def test_the_environment_names_the_fallbacks():
    told = subprocess.run(
        [sys.executable, "-c", "from config import settings; print(settings.SECRET_KEY_FALLBACKS)"],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", "BALAI_SECRET_KEY_FALLBACKS": f"{OLD},{NEW}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == str([OLD, NEW])
