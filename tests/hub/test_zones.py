"""Each province in its time zone, and what people read there around midnight."""

import re
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.template import Context, Template
from django.test import Client
from django.utils import timezone, translation

from frontend.templatetags.balai import moment, rupiah
from hub.accounts import operations as accounts
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres import operations as centres
from hub.centres.models import Centre
from hub.regions import zones
from hub.regions.models import Province, Regency
from kernel import schema
from tenants.site import operations as site
from workflows import onboarding

WITA = "51 52 53 63 64 65 71 72 73 74 75 76".split()
WIT = "81 82 91 92 93 94 95 96".split()
# Half past ten at night in Jakarta, half an hour before midnight in Makassar, half past midnight in Jayapura.
LATE = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)


def test_every_province_lies_in_the_zone_of_the_decree(db):
    told = {code: zones.of_province(code) for code in Province.objects.values_list("code", flat=True)}
    assert len(told) == 38
    assert sorted(code for code, zone in told.items() if zone is zones.WITA) == WITA
    assert sorted(code for code, zone in told.items() if zone is zones.WIT) == WIT
    assert all(zone is zones.WIB for code, zone in told.items() if code not in WITA + WIT)


def test_a_regencys_code_begins_with_its_provinces(db):
    """Or a regency would be told the time of another province."""
    assert not [one.code for one in Regency.objects.all() if one.code[:2] != one.province_id]
    assert Regency.objects.count() == 514


@pytest.mark.parametrize(
    ("zone", "read"),
    [
        (zones.WIB, "24 November 2026 pukul 22.30 WIB"),
        (zones.WITA, "24 November 2026 pukul 23.30 WITA"),
        (zones.WIT, "25 November 2026 pukul 00.30 WIT"),
    ],
)
def test_an_hour_is_told_with_its_zone(zone, read):
    with timezone.override(zone), translation.override("id"):
        assert moment(LATE) == read


def test_an_hour_in_english():
    with translation.override("en"):
        assert moment(LATE) == "24 November 2026, 22:30 WIB"
    assert moment(None) == ""


@pytest.mark.parametrize(
    ("amount", "indonesian", "english"),
    [
        (0, "Rp 0", "Rp 0"),
        (1_819, "Rp 1.819", "Rp 1,819"),
        (1_500_000, "Rp 1.500.000", "Rp 1,500,000"),
        (-250_000, "-Rp 250.000", "-Rp 250,000"),
        (None, "", ""),
    ],
)
def test_rupiah_as_people_write_them(amount, indonesian, english):
    with translation.override("id"):
        assert rupiah(amount) == indonesian.replace(" ", "\N{NO-BREAK SPACE}")
    with translation.override("en"):
        assert rupiah(amount) == english.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("language", "number", "day", "short", "clock"),
    [
        ("id", "1.819", "5 November 2026", "5 Nov 2026 14.05", "14.05"),
        ("en", "1,819", "5 November 2026", "5 Nov 2026 14:05", "14:05"),
    ],
)
def test_numbers_days_and_hours_as_people_write_them(language, number, day, short, clock):
    at = datetime(2026, 11, 5, 14, 5, tzinfo=zones.WIB)
    page = Template('{{ n }}|{{ at|date }}|{{ at|date:"SHORT_DATETIME_FORMAT" }}|{{ at|time }}')
    with translation.override(language):
        assert page.render(Context({"n": 1819, "at": at})).split("|") == [number, day, short, clock]


@pytest.fixture
def eastern(db) -> Centre:
    """A centre in Jayapura, where it is two hours later than in the capital."""
    return onboarding.bring_live(
        centres.register(name="BLKK Sinar Sentani", regency=Regency.objects.get(pk="91.03"), fields=[])
    )


def test_a_centre_shows_the_day_that_it_is_there(eastern: Centre, centre: Centre, client_for):
    for one in (eastern, centre):
        with schema.centre(one):
            site.announce(title="Pendaftaran dibuka", body="…", now=LATE)
    assert "25 November 2026" in client_for(eastern).get("/").content.decode()
    page = client_for(centre).get("/").content.decode()
    assert "24 November 2026" in page and "25 November" not in page


def test_what_one_centre_was_told_does_not_stay_with_the_thread(eastern: Centre, client_for, hub_client: Client):
    client_for(eastern).get("/")
    hub_client.get("/")
    assert timezone.get_current_timezone_name() == "Asia/Jakarta"


def test_mail_about_a_centre_tells_its_own_time_and_other_mail_the_capitals(eastern: Centre, hub_client: Client):
    chief = accounts.create_user(name="Ratna", email="ratna@contoh.id", now=LATE, by=SYSTEM)
    accounts.grant(chief, Role.SUPER_ADMIN, by=SYSTEM, now=LATE)
    Authenticator.objects.create(user=chief, type=Authenticator.Type.TOTP, data={})
    hub_client.force_login(chief, backend="hub.accounts.backends.Backend")
    for role, centre in ((Role.CENTRE_HEAD, eastern.code), (Role.MENTOR, "")):
        hub_client.post(
            "/kementerian/orang/undang/", {"role": role, "name": "Yosep", "email": "yosep@contoh.id", "centre": centre}
        )
    told = [re.search(r"sampai (.+ pukul [0-9.]+ WI\w+)", message.body) for message in mail.outbox]
    assert [found and found[1].rpartition(" ")[2] for found in told] == ["WIT", "WIB"]
