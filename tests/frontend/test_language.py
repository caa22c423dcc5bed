"""Bahasa Indonesia first; English for who chooses it; never by what a phone's maker has set."""

import pytest
from django.conf import settings
from django.test import Client

from hub.centres.models import Centre, State


def test_indonesian_whatever_the_browser_prefers(hub_client: Client, db: None) -> None:
    response = hub_client.get("/", HTTP_ACCEPT_LANGUAGE="en-US,en;q=0.9")
    assert response["Content-Language"] == "id"
    assert '<html lang="id">' in response.content.decode()
    assert "Cookie" in response["Vary"]


def test_choosing_english_and_back(hub_client: Client, db: None) -> None:
    response = hub_client.post("/bahasa/", {"language": "en", "next": "/balai/?cari=a&provinsi=32"})
    assert response.status_code == 302
    assert response["Location"] == "/balai/?cari=a&provinsi=32"
    page = hub_client.get("/balai/")
    assert page["Content-Language"] == "en"
    assert "Find a centre" in page.content.decode()
    hub_client.post("/bahasa/", {"language": "id", "next": "/"})
    assert "Cari balai" in hub_client.get("/balai/").content.decode()


def test_one_choice_for_the_hub_and_every_centre(centre_client: Client) -> None:
    response = centre_client.post("/bahasa/", {"language": "en", "next": "/"})
    cookie = response.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert cookie["domain"] == settings.BALAI_DOMAIN
    assert cookie["httponly"]
    assert "Vocational fields" in centre_client.get("/").content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "\\\\evil.example"]
)
def test_it_never_leads_to_another_host(hub_client: Client, target: str) -> None:
    response = hub_client.post("/bahasa/", {"language": "en", "next": target})
    assert response["Location"] == "/"


@pytest.mark.parametrize("code", ["de", "", "en-US", "id'", "\x00"])
def test_an_unknown_language_changes_nothing(hub_client: Client, code: str) -> None:
    assert settings.LANGUAGE_COOKIE_NAME not in hub_client.post("/bahasa/", {"language": code}).cookies


def test_a_spoilt_cookie_means_indonesian(hub_client: Client, db: None) -> None:
    hub_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "xx"
    assert hub_client.get("/")["Content-Language"] == "id"


def test_choosing_needs_a_post(hub_client: Client) -> None:
    assert hub_client.get("/bahasa/").status_code == 405


def test_a_suspended_centre_can_be_read_in_english(centre: Centre, centre_client: Client) -> None:
    Centre.objects.filter(pk=centre.pk).update(state=State.SUSPENDED)
    assert centre_client.post("/bahasa/", {"language": "en", "next": "/"}).status_code == 302
