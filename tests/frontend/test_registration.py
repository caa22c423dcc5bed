"""A centre that stands in no register: described on several pages, kept as a draft, registered whole or not at all."""

import pytest
from django.conf import settings
from django.test import Client

from hub.accounts.models import Invitation
from hub.accounts.roles import Role
from hub.audit.models import Entry
from hub.centres import operations
from hub.centres.models import Centre, State
from hub.preferences.models import Draft

from .conftest import ministry_client

URL = "/kementerian/balai/baru/"
PAGES = {
    "nama": {"name": "BLKK Sumber Ilmu", "foundation": "Yayasan Sumber", "established": "2021"},
    "tempat": {"regency": "35.05", "village": "Sumberagung"},
    "kejuruan": {"fields_taught": ["las", "tik"], "licence_kind": "nib", "licence_number": "123", "vin": "V-77"},
    "alamat": {"slug": "sumber-ilmu", "reason": "Berdiri tahun ini."},
    "kepala": {"head_name": "Bu Rini", "head_email": ""},
}


@pytest.fixture
def officer(db) -> Client:
    return ministry_client((Role.SUPER_ADMIN, []))


def fill(client: Client, *words: str) -> None:
    for word in words:
        answer = client.post(f"{URL}{word}/", PAGES[word])
        assert answer.status_code == 302, (word, answer.content.decode())


def test_from_the_first_page_to_a_living_centre(officer: Client) -> None:
    fill(officer, *PAGES)
    page = officer.get(f"{URL}periksa/").content.decode()
    assert "BLKK Sumber Ilmu" in page and "Kab. Blitar" in page and "Teknik Las" in page
    answer = officer.post(f"{URL}periksa/")
    assert "/undangan/" in answer.content.decode(), "nobody's address is known, so the link is shown"
    centre = Centre.objects.get(slug="sumber-ilmu")
    assert centre.state == State.ACTIVE
    assert (centre.vin, centre.licence_kind, centre.established) == ("V-77", "nib", 2021)
    assert {field.code for field in centre.fields.all()} == {"las", "tik"}
    assert Invitation.objects.get(centre=centre).role == Role.CENTRE_HEAD
    assert Entry.objects.get(chain=str(centre.pk), action="centre.registered").reason == "Berdiri tahun ini."
    assert not Draft.objects.exists()
    assert Client(HTTP_HOST=f"sumber-ilmu.{settings.BALAI_DOMAIN}").get("/").status_code == 200


def test_it_can_be_left_and_gone_on_with(officer: Client) -> None:
    fill(officer, "nama", "tempat")
    assert officer.get(f"{URL}kepala/")["Location"] == f"{URL}kejuruan/"
    assert 'value="BLKK Sumber Ilmu"' in officer.get(URL).content.decode()
    assert officer.get(f"{URL}tidakada/").status_code == 404
    # What was typed stands in the database as nobody can read it.
    assert "Sumber" not in str(Draft.objects.values_list("form", "updated_at").first())


def test_a_draft_is_its_writers_alone(officer: Client) -> None:
    fill(officer, "nama", "tempat")
    other = ministry_client((Role.PROGRAMME_OFFICER, []))
    assert "Sumber Ilmu" not in other.get(URL).content.decode()
    assert other.get(f"{URL}kejuruan/")["Location"] == f"{URL}nama/"


def test_a_draft_can_be_thrown_away(officer: Client) -> None:
    fill(officer, "nama")
    assert officer.post(URL, {"buang": "1"})["Location"] == f"{URL}nama/"
    assert "Sumber Ilmu" not in officer.get(URL).content.decode()


def test_bad_input_is_said_at_its_field_and_nothing_is_lost(officer: Client) -> None:
    page = officer.post(f"{URL}nama/", {"name": "", "foundation": "Yayasan Sumber", "established": "abad lalu"})
    text = page.content.decode()
    assert 'value="Yayasan Sumber"' in text and 'value="abad lalu"' in text
    assert text.count("_error") >= 2
    fill(officer, "nama", "tempat", "kejuruan")
    for slug in ("kementerian", "a", "Dengan Spasi", ""):
        assert "id_slug_error" in officer.post(f"{URL}alamat/", {"slug": slug, "reason": "Alasan"}).content.decode()


def test_an_address_that_was_taken_meanwhile_leads_back(officer: Client, centre: Centre) -> None:
    fill(officer, *PAGES)
    operations.rename_slug(centre, slug="sumber-i1mu")
    answer = officer.post(f"{URL}periksa/")
    assert answer["Location"] == f"{URL}alamat/"
    assert "sudah dipakai" in officer.get(f"{URL}alamat/").content.decode()
    assert not Centre.objects.filter(name="BLKK Sumber Ilmu").exists()


def test_what_is_there_already_is_shown_before_it_is_sent(officer: Client, centre: Centre) -> None:
    Centre.objects.filter(pk=centre.pk).update(name="BLKK Sumber Ilmu", regency="35.05", is_demo=False)
    fill(officer, *PAGES)
    assert "Apakah balai ini salah satunya?" in officer.get(f"{URL}periksa/").content.decode()


def test_a_provincial_officer_registers_in_their_provinces_only(db) -> None:
    officer = ministry_client((Role.PROVINCIAL_OFFICER, ["33"]))
    fill(officer, "nama")
    assert "id_regency_error" in officer.post(f"{URL}tempat/", PAGES["tempat"]).content.decode()
    officer.post(f"{URL}tempat/", {"regency": "33.21", "village": ""})
    fill(officer, "kejuruan", "alamat")
    assert officer.get(f"{URL}kepala/").status_code == 404, "who may not invite a head is not asked for one"
    answer = officer.post(f"{URL}periksa/")
    centre = Centre.objects.get(slug="sumber-ilmu")
    assert answer["Location"] == f"/kementerian/balai/{centre.code}/"


def test_a_page_costs_a_fixed_number_of_statements(officer: Client, django_assert_num_queries) -> None:
    fill(officer, "nama")
    with django_assert_num_queries(5):  # schema, session, person with roles, draft, regencies
        officer.get(f"{URL}tempat/")
