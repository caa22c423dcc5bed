"""The stored proof of the audit trail: what the nightly check keeps, and who sees it."""

import ast
import csv
import io
import logging
import re
import uuid
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from frontend import audit_actions
from hub.accounts import operations as accounts
from hub.accounts.roles import Role
from hub.audit import operations, queries
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from tests.conftest import ROOT
from tests.hub.test_audit import NOW, note, tampering, trail  # noqa: F401  (fixtures)
from workflows import jobs

CODE = re.compile(r"[a-z]+\.[a-z_]+")
MELATI, KENANGA = uuid.UUID(int=1), uuid.UUID(int=2)


def test_nothing_is_proven_before_the_first_check(db):
    note()
    assert queries.proof() is None
    assert queries.proof(everything=True) is None


def test_a_check_is_kept_for_each_chain(trail):  # noqa: F811
    assert operations.verify(now=NOW) == queries.Proof(NOW, 12, ())
    assert queries.proof() == queries.Proof(NOW, 6, ())
    assert queries.proof(centre_id=MELATI) == queries.Proof(NOW, 3, ())
    note(7)
    assert queries.proof() == queries.Proof(NOW, 6, ())
    assert operations.verify(now=NOW + timedelta(days=1)) == queries.Proof(NOW + timedelta(days=1), 13, ())


def test_a_page_costs_no_check(trail, django_assert_num_queries):  # noqa: F811
    operations.verify(now=NOW)
    with django_assert_num_queries(2):
        queries.proof(everything=True)


def test_a_break_is_that_centres_alone(trail, tampering, caplog):  # noqa: F811
    tampering.execute("UPDATE audit_entry SET reason = 'lain' WHERE chain = %s AND number = 2", (str(MELATI),))
    with caplog.at_level(logging.ERROR):
        assert jobs.verify_trail(timestamp=0) == 1
    assert f"chain {MELATI}, from row 2" in caplog.text
    found = queries.Break(str(MELATI), 2)
    assert queries.proof(centre_id=MELATI).breaks == (found,)
    assert queries.proof(everything=True).breaks == (found,)
    assert queries.proof(centre_id=KENANGA).breaks == queries.proof().breaks == ()


@pytest.mark.parametrize(
    "statement",
    [
        # The end of the chain goes, and its head with it: what is left fits in itself.
        "DELETE FROM audit_entry WHERE chain = 'hub' AND number > 4; "
        "UPDATE audit_head SET number = 4, hash = (SELECT hash FROM audit_entry WHERE chain = 'hub' AND number = 4)"
        " WHERE chain = 'hub'",
        "DELETE FROM audit_entry WHERE chain = 'hub'; DELETE FROM audit_head WHERE chain = 'hub'",
        # The last row is written anew, with a hash that fits.
        "UPDATE audit_entry SET reason = 'lain' WHERE chain = 'hub' AND number = 6; "
        "UPDATE audit_entry e SET hash = audit_digest(previous_hash, e) WHERE chain = 'hub' AND number = 6",
    ],
    ids=["cut back", "gone", "written anew"],
)
def test_a_chain_that_fits_in_itself_but_is_another_shows(trail, tampering, statement):  # noqa: F811
    operations.verify(now=NOW)
    tampering.execute(statement)
    for _again in range(2):  # looking does not heal it
        assert operations.verify(now=NOW).breaks == (queries.Break("hub", 6),)
    note(8)
    assert operations.verify(now=NOW).breaks[0].chain == "hub"


def test_a_break_that_was_mended_is_whole_again(trail, tampering):  # noqa: F811
    tampering.execute("UPDATE audit_entry SET reason = 'lain' WHERE chain = 'hub' AND number = 2")
    assert operations.verify(now=NOW).breaks
    tampering.execute("UPDATE audit_entry SET reason = '' WHERE chain = 'hub' AND number = 2")
    assert operations.verify(now=NOW) == queries.Proof(NOW, 12, ())


# ---------------------------------------------------------------- the pages


@pytest.fixture
def chief_client(db, hub_client, settings) -> Client:
    cache.clear()
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one != "frontend.middleware.second_factor"]
    user = accounts.create_user(name="Pusat", email="pusat@contoh.id", now=NOW, by=SYSTEM)
    accounts.grant(user, Role.SUPER_ADMIN, by=SYSTEM, now=NOW)
    hub_client.force_login(user, backend="hub.accounts.backends.Backend")
    return hub_client


@pytest.fixture
def head_client(centre, centre_client) -> Client:
    user = accounts.create_user(name="Siti", email="siti@contoh.id", now=NOW, by=SYSTEM)
    accounts.grant(user, Role.CENTRE_HEAD, centre=centre, by=SYSTEM, now=NOW)
    centre_client.force_login(user, backend="hub.accounts.backends.Backend")
    return centre_client


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_checking_now_is_left_to_the_worker_once(chief_client):
    for _twice in range(2):
        assert chief_client.post("/kementerian/jejak/periksa/").status_code == 302
    assert ProcrastinateJob.objects.filter(queueing_lock="verify-trail", status="todo").count() == 1
    assert Entry.objects.filter(action="trail.check_asked", actor_name="Pusat").count() == 2
    assert "Belum diperiksa" in page(chief_client, "/kementerian/jejak/")
    jobs.verify_trail()
    assert "Jejak audit utuh" in page(chief_client, "/kementerian/jejak/")


def test_a_centre_sees_its_own_result_only(head_client, centre, other_centre):
    note(1, centre_id=other_centre.id)
    note(2, centre_id=other_centre.id)
    operations.verify(now=NOW)
    own = Entry.objects.filter(chain=str(centre.id)).count()
    seen = page(head_client, "/ruang/jejak/")
    assert f"{own} baris" in seen
    assert "/periksa/" not in seen
    assert str(other_centre.id) not in seen
    assert head_client.post("/kementerian/jejak/periksa/").status_code == 404


def test_the_trail_comes_in_pages_that_keep_the_filters(chief_client):
    for number in range(120):
        operations.record(
            by=SYSTEM, action="role.ended", object_type="test", object_id=f"n{number}", now=NOW + timedelta(0, number)
        )
    second = page(chief_client, "/kementerian/jejak/?tindakan=role.ended&halaman=2")
    assert "n69<" in second
    assert "n70<" not in second
    assert 'href="?tindakan=role.ended&amp;halaman=3"' in second
    assert 'aria-current="page"' in second
    assert "n0<" in page(chief_client, "/kementerian/jejak/?tindakan=role.ended&halaman=99")


def test_the_filter_offers_actions_in_words(chief_client):
    seen = page(chief_client, "/kementerian/jejak/?tindakan=role.granted")
    assert '<option value="role.granted" selected>Memberi peran</option>' in seen
    assert "Akun baru" not in seen.split("<tbody")[1]
    # A code that nobody knows filters nothing.
    assert "Akun baru" in page(chief_client, "/kementerian/jejak/?tindakan=apa.saja").split("<tbody")[1]


def test_the_download_keeps_the_filters_and_is_harmless(chief_client):
    operations.record(
        by=SYSTEM, action="role.ended", object_type="t", object_id=1, now=NOW, reason='=HYPERLINK("http://x")'
    )
    text = chief_client.get("/kementerian/jejak/?tindakan=role.ended&kolom=at&unduh=csv").content.decode()
    [row] = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert row["Kode tindakan"] == "role.ended" and len(row["Segel"]) == 64, "whole, whatever columns are shown"
    assert "role.ended" in text
    assert "role.granted" not in text
    assert ",=HYPERLINK" not in text
    assert ',"=HYPERLINK' not in text


def test_every_action_that_is_recorded_has_a_name():
    recorded = set()
    for path in [*ROOT.glob("platform/**/*.py"), *ROOT.glob("tenants/**/*.py")]:
        if "record(" in path.read_text() and "fleet" not in path.parts:  # the fleet knows no trail
            recorded |= set(_codes(path.read_text()))
    assert recorded == set(audit_actions.ACTIONS)


def _codes(source: str) -> list[str]:
    """Text in a module that looks like an action's code."""
    return [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    ]
