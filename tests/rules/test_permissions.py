"""The permission table: every route, method and kind of person, and what it answers.

Read it as documentation. Each route names, per method, its *door* (who may pass) and what whoever passes gets.
Everyone else gets what the door says: strangers are sent to sign in, signed-in people learn nothing (404).
A route that is missing from the table fails the suite; so does an answer that changed.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from config import machines
from fleet.models import Run
from hub.accounts import operations as accounts
from hub.accounts.models import Organisation, User
from hub.accounts.roles import CENTRE_ROLES, ORGANISATION_ROLES, Role
from hub.audit.actors import SYSTEM
from hub.centres import hosts, operations
from hub.centres.models import Centre, State
from hub.programmes import operations as programmes
from hub.programmes.models import Cohort, Programme
from hub.programmes.rulebook import to_json
from hub.regions.models import Regency
from hub.tokens import operations as tokens
from hub.tokens.models import ApiToken
from hub.tokens.scopes import IN_ORGANISATIONS, Scope
from tests.programmes import RULES

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RUN_ID = uuid.UUID(int=7)
COHORT_ID = uuid.UUID(int=10)  # an intake whose applications are open, and to which nobody has applied
PROGRAMME_ID = uuid.UUID(int=11)
ORGANISATION_ID = uuid.UUID(int=8)

# ---------------------------------------------------------------- kinds of people, seen from one centre ("own")

MINISTRY = {"super_admin", "programme_officer", "provincial_officer", "assessor", "mentor", "donor"}
STAFF = {"centre_head", "centre_administrator", "instructor"}
OTHERS = {
    "participant", "other_head", "partner_owner", "partner_member", "provider_owner", "provider_editor", "nobody",
    "revoked",
}  # fmt: skip
PEOPLE = MINISTRY | STAFF | OTHERS
# Besides them: "anonymous", "closed" (the account was closed while signed in), and "without_factor": a chief
# administrator who has yet to set up a second factor, and gets no further than that.
KINDS = sorted(PEOPLE | {"anonymous", "closed", "without_factor", "visitor", "writing_visitor"})


@dataclass(frozen=True)
class Door:
    """Who passes, and what the rest gets."""

    passes: frozenset[str]
    anonymous: int = 302  # to sign in
    others: int = 404

    def answer(self, kind: str, granted: int) -> int:
        if kind in self.passes:
            return granted
        return self.anonymous if kind in ("anonymous", "closed") else self.others


def door(passes: set[str], **rest: int) -> Door:
    return Door(frozenset(passes), **rest)


VISITORS = {"visitor", "writing_visitor"}
# Tokens that open nothing any more, and how they came to that.
DEAD_TOKENS = {
    "expired": lambda token: ApiToken.objects.filter(pk=token.pk).update(expires_at=NOW - timedelta(days=1)),
    "ended": lambda token: tokens.end(token, by=SYSTEM, now=NOW),
    "closed": lambda token: ApiToken.objects.filter(pk=token.pk).update(user=_closed_user()),
}
PUBLIC = door(set(KINDS))
SIGNED_IN = door(PEOPLE | VISITORS)
ANY_MINISTRY = door(MINISTRY | VISITORS)
INVITERS = door({"super_admin", "programme_officer"} | VISITORS)
KEEPERS = door({"super_admin", "programme_officer", "provincial_officer"} | VISITORS)
SUPPORT = door({"super_admin", "programme_officer", "provincial_officer"} | VISITORS)
CHIEF = door({"super_admin"} | VISITORS)  # the visitors here are chief administrators
IN_CENTRE = door(STAFF | VISITORS)
IN_ORGANISATION = door({"partner_owner", "partner_member", "provider_owner", "provider_editor"})
# The organisation of the table is a company; a provider's people and their own pages: tests/frontend/test_partners.py.
OWNERS = door({"partner_owner", "provider_owner"})
MENTORS = door({"mentor"})
PROGRAMME_MANAGERS = door({"super_admin", "programme_officer"} | VISITORS)
ASSESSORS = door({"assessor"})
PROGRAMME_READERS = door({"super_admin", "programme_officer", "provincial_officer"} | VISITORS)
PROGRAMME_AUDIENCE = door({"super_admin", "programme_officer", "provincial_officer", "donor"} | VISITORS)
PARTNER_READERS = door(MINISTRY - {"donor"} | VISITORS)
LEADERS = door({"centre_head", "centre_administrator"})
WRITERS = door(STAFF | {"writing_visitor"})
PROFILE_KEEPERS = door({"centre_head", "centre_administrator"} | VISITORS)
KEEPING = door({"centre_head", "centre_administrator", "writing_visitor"})
NOBODY = door(set(), anonymous=404)
NO_SESSION = door(set(), anonymous=401, others=401)
NO_SUCH = door(set())  # the door opens, the row does not exist for anyone: 404 for all who are signed in

TOKEN = "x" * 43
NO_FILE = f"{'0' * 32}.webp"
SOME_ID = str(uuid.UUID(int=9))

# route → method → (door, what whoever passes gets)
HUB = {
    "": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "balai/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "balai/<slug:code>/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "terdekat/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "kursus/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "sertifikat/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "tentang/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "bantuan/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "aksesibilitas/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "robots.txt": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "sitemap.xml": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "sitemap-<section>.xml": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "proses/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "proses/<uuid:run_id>/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "bahasa/": {"GET": (PUBLIC, 405), "POST": (PUBLIC, 302)},
    "tampilan/": {"GET": (PUBLIC, 405), "POST": (PUBLIC, 302)},
    "design/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    # The API knows no sessions: to it, everyone in a browser is a stranger. Tokens have a table of their own.
    "api/v1/openapi.json": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "api/v1/me/": {"GET": (NO_SESSION, 401), "POST": (PUBLIC, 405)},
    "api/v1/regencies/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "api/v1/fields/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "api/v1/runs/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "api/v1/intake/": {"GET": (NO_SESSION, 401), "POST": (PUBLIC, 405)},
    "api/v1/intake/<str:number>/": {"GET": (NO_SESSION, 401), "POST": (PUBLIC, 405)},
    "api/v1/organisations/<uuid:organisation_id>/people/": {"GET": (NO_SESSION, 401), "POST": (PUBLIC, 405)},
    "api/v1/assessments/": {"GET": (NO_SESSION, 401), "POST": (PUBLIC, 405)},
    "api/v1/cohorts/": {"GET": (NO_SESSION, 401), "POST": (PUBLIC, 405)},
    "api/v1/cohorts/<uuid:cohort_id>/": {"GET": (NO_SESSION, 401), "POST": (PUBLIC, 405)},
    "api/v1/cohorts/<uuid:cohort_id>/applications/": {"GET": (NO_SESSION, 401), "POST": (PUBLIC, 405)},
    "api/v1/cohorts/<uuid:cohort_id>/funnel/": {"GET": (NO_SESSION, 401), "POST": (PUBLIC, 405)},
    "pengembang/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "api/v1/centres/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "api/v1/centres/<str:code>/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405), "DELETE": (PUBLIC, 405)},
    "api/v1/regions/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "api/v1/runs/<uuid:run_id>/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "cari/": {"GET": (SIGNED_IN, 200), "POST": (PUBLIC, 405)},
    "akun/": {"GET": (SIGNED_IN, 200), "POST": (PUBLIC, 405)},
    "akun/mulai/": {"GET": (SIGNED_IN, 302), "POST": (PUBLIC, 405)},
    "akun/surel/": {"GET": (SIGNED_IN, 200), "POST": (SIGNED_IN, 200)},
    "akun/surel/setuju/<str:token>/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 302)},
    # To the password first, for whoever has a token to make or to end there.
    "akun/token/": {"GET": (SIGNED_IN, 302), "POST": (SIGNED_IN, 302)},
    "akun/token/<uuid:token_id>/akhiri/": {"GET": (PUBLIC, 405), "POST": (SIGNED_IN, 302)},
    "mitra/<uuid:organisation_id>/token/": {"GET": (OWNERS, 302), "POST": (OWNERS, 302)},
    "mitra/<uuid:organisation_id>/token/<uuid:token_id>/akhiri/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "akun/data/": {"GET": (SIGNED_IN, 200), "POST": (PUBLIC, 405)},
    # To the password first.
    "akun/data/unduh/": {"GET": (SIGNED_IN, 302), "POST": (PUBLIC, 405)},
    "akun/ponsel/": {"GET": (SIGNED_IN, 302), "POST": (SIGNED_IN, 302)},
    "akun/ponsel/hapus/": {"GET": (SIGNED_IN, 302), "POST": (SIGNED_IN, 302)},
    "akun/hapus/": {"GET": (SIGNED_IN, 302), "POST": (SIGNED_IN, 302)},
    "akun/data/izin/<slug:purpose>/": {"GET": (PUBLIC, 405), "POST": (SIGNED_IN, 302)},
    "akun/izin/": {"GET": (SIGNED_IN, 200), "POST": (SIGNED_IN, 302)},
    "privasi/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "undangan/<str:token>/": {"GET": (NOBODY, 404), "POST": (NOBODY, 404)},
    "undangan/<uuid:invitation_id>/akhiri/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "mitra/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "mitra/daftar/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 200)},
    "mitra/daftar/terkirim/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "mitra/<uuid:organisation_id>/": {"GET": (IN_ORGANISATION, 200), "POST": (PUBLIC, 405)},
    "mitra/<uuid:organisation_id>/profil/": {"GET": (IN_ORGANISATION, 200), "POST": (OWNERS, 200)},
    "mitra/<uuid:organisation_id>/profil/logo/": {"GET": (PUBLIC, 405), "POST": (OWNERS, 302)},
    "mitra/<uuid:organisation_id>/profil/logo/hapus/": {"GET": (PUBLIC, 405), "POST": (OWNERS, 302)},
    # A logo that no profile shows is there for nobody (tests/frontend/test_partners.py).
    "mitra/<uuid:organisation_id>/logo/<str:name>": {"GET": (NOBODY, 404), "POST": (PUBLIC, 405)},
    "mitra/<uuid:organisation_id>/verifikasi/": {"GET": (IN_ORGANISATION, 200), "POST": (OWNERS, 200)},
    "mitra/<uuid:organisation_id>/verifikasi/tarik/": {"GET": (PUBLIC, 405), "POST": (OWNERS, 302)},
    "mitra/<uuid:organisation_id>/bukti/<str:name>": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    "mitra/<uuid:organisation_id>/orang/": {"GET": (IN_ORGANISATION, 200), "POST": (OWNERS, 200)},
    "mitra/<uuid:organisation_id>/orang/keluar/": {"GET": (PUBLIC, 405), "POST": (IN_ORGANISATION, 302)},
    "mitra/<uuid:organisation_id>/jejak/": {"GET": (IN_ORGANISATION, 200), "POST": (PUBLIC, 405)},
    "mitra/orang/<int:membership_id>/akhiri/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "mitra/undangan/<uuid:invitation_id>/akhiri/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "daftar-balai/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "daftar-balai/mulai/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 200)},
    # An application is there for who has its link, whoever they are (tests/frontend/test_apply.py).
    "daftar-balai/<str:token>/": {"GET": (NOBODY, 404), "POST": (PUBLIC, 405)},
    "daftar-balai/<str:token>/isi/<slug:word>/": {"GET": (NOBODY, 404), "POST": (NOBODY, 404)},
    "daftar-balai/<str:token>/buang/": {"GET": (PUBLIC, 405), "POST": (NOBODY, 404)},
    "daftar-balai/<str:token>/tarik/": {"GET": (PUBLIC, 405), "POST": (NOBODY, 404)},
    "daftar-balai/<str:token>/undangan/": {"GET": (PUBLIC, 405), "POST": (NOBODY, 404)},
    "daftar-balai/<str:token>/berkas/<str:name>": {"GET": (NOBODY, 404), "POST": (PUBLIC, 405)},
    "klaim/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "klaim/<slug:code>/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 200)},
    # The demo's own mailbox: not there unless it was asked for (tests/frontend/test_caught_mail.py).
    "surat/": {"GET": (NOBODY, 404), "POST": (NOBODY, 404)},
    "surat/<slug:mail_id>/": {"GET": (NOBODY, 404), "POST": (NOBODY, 404)},
    "kementerian/": {"GET": (ANY_MINISTRY, 200), "POST": (PUBLIC, 405)},
    "kementerian/orang/": {"GET": (INVITERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/orang/undangan/": {"GET": (INVITERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/orang/undang/": {"GET": (INVITERS, 200), "POST": (INVITERS, 200)},
    # Somebody without a role is no person of these pages (tests/frontend/test_ministry_people.py has the others).
    "kementerian/orang/<uuid:person_id>/": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    "kementerian/orang/<int:membership_id>/akhiri/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "kementerian/balai/": {"GET": (ANY_MINISTRY, 200), "POST": (PUBLIC, 405)},
    # Nothing is typed or chosen here: back to the list, which says so.
    "kementerian/balai/tampilan/": {"GET": (PUBLIC, 405), "POST": (ANY_MINISTRY, 302)},
    "kementerian/balai/tampilan/<int:view_id>/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "kementerian/balai/massal/": {"GET": (PUBLIC, 405), "POST": (ANY_MINISTRY, 302)},
    "kementerian/balai/massal/<uuid:result_id>/": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    "kementerian/balai/kembar/": {"GET": (KEEPERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/balai/peran/<int:membership_id>/akhiri/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "kementerian/balai/undangan/<uuid:invitation_id>/akhiri/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "kementerian/balai/baru/": {"GET": (KEEPERS, 200), "POST": (KEEPERS, 200)},
    # To the first page that is missing.
    "kementerian/balai/baru/<slug:word>/": {"GET": (KEEPERS, 404), "POST": (KEEPERS, 404)},
    # Nothing is chosen here: back to the list, which says so.
    "kementerian/balai/kode/": {"GET": (PUBLIC, 405), "POST": (KEEPERS, 302)},
    # Somebody leads this centre: there is no code for it, and the list says so.
    "kementerian/balai/<slug:code>/kode/": {"GET": (KEEPERS, 200), "POST": (KEEPERS, 302)},
    "kementerian/balai/<slug:code>/": {"GET": (ANY_MINISTRY, 200), "POST": (PUBLIC, 405)},
    # Provincial officers look after centres, and do not invite their heads.
    "kementerian/balai/<slug:code>/orang/": {"GET": (KEEPERS, 200), "POST": (INVITERS, 200)},
    "kementerian/balai/<slug:code>/kegiatan/": {"GET": (ANY_MINISTRY, 200), "POST": (PUBLIC, 405)},
    "kementerian/balai/<slug:code>/dokumen/": {"GET": (KEEPERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/balai/<slug:code>/dokumen/<int:document_id>/": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    "kementerian/balai/<slug:code>/jejak/": {"GET": (KEEPERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/balai/<slug:code>/langkah/<slug:word>/": {"GET": (KEEPERS, 200), "POST": (KEEPERS, 200)},
    "kementerian/balai/<slug:code>/ubah/": {"GET": (KEEPERS, 200), "POST": (KEEPERS, 200)},
    "kementerian/balai/<slug:code>/alamat/": {"GET": (KEEPERS, 200), "POST": (KEEPERS, 200)},
    "kementerian/balai/<slug:code>/gabung/": {"GET": (KEEPERS, 200), "POST": (PUBLIC, 405)},
    # The same centre twice: the page says why that cannot be.
    "kementerian/balai/<slug:code>/gabung/<slug:other>/": {"GET": (KEEPERS, 200), "POST": (KEEPERS, 200)},
    "kementerian/balai/<slug:code>/kunjungan/": {"GET": (SUPPORT, 200), "POST": (SUPPORT, 200)},
    "kementerian/kunjungan/<uuid:visit_id>/akhiri/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "kementerian/pendaftaran/": {"GET": (KEEPERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/pendaftaran/<uuid:application_id>/": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    "kementerian/pendaftaran/<uuid:application_id>/ambil/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "kementerian/pendaftaran/<uuid:application_id>/lepas/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "kementerian/pendaftaran/<uuid:application_id>/tanya/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)},
    "kementerian/pendaftaran/<uuid:application_id>/setujui/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)},
    "kementerian/pendaftaran/<uuid:application_id>/tolak/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)},
    "kementerian/pendaftaran/<uuid:application_id>/berkas/<str:name>": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    "kementerian/program/": {"GET": (PROGRAMME_AUDIENCE, 200), "POST": (PUBLIC, 405)},
    "kementerian/program/baru/": {"GET": (PROGRAMME_MANAGERS, 200), "POST": (PROGRAMME_MANAGERS, 200)},
    "kementerian/program/banding/": {"GET": (PROGRAMME_AUDIENCE, 200), "POST": (PUBLIC, 405)},
    "kementerian/program/<uuid:programme_id>/": {
        "GET": (PROGRAMME_MANAGERS, 200),
        "POST": (PROGRAMME_MANAGERS, 200),
    },
    "kementerian/program/<uuid:programme_id>/gelombang/": {
        "GET": (PROGRAMME_MANAGERS, 200),
        "POST": (PROGRAMME_MANAGERS, 200),
    },
    "kementerian/gelombang/<uuid:cohort_id>/": {"GET": (PROGRAMME_AUDIENCE, 200), "POST": (PUBLIC, 405)},
    "kementerian/gelombang/<uuid:cohort_id>/jadwal/": {
        "GET": (PROGRAMME_MANAGERS, 200),
        "POST": (PROGRAMME_MANAGERS, 200),
    },
    # The word stands for no step of an intake.
    "kementerian/gelombang/<uuid:cohort_id>/langkah/<slug:word>/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)},
    "kementerian/gelombang/<uuid:cohort_id>/riwayat/": {"GET": (PROGRAMME_READERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/gelombang/<uuid:cohort_id>/aturan/": {"GET": (PROGRAMME_READERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/gelombang/<uuid:cohort_id>/aturan/syarat/": {
        "GET": (PROGRAMME_MANAGERS, 200),
        "POST": (PROGRAMME_MANAGERS, 200),
    },
    "kementerian/gelombang/<uuid:cohort_id>/aturan/babak/<int:number>/": {
        "GET": (NO_SUCH, 404),
        "POST": (NO_SUCH, 404),
    },
    "kementerian/gelombang/<uuid:cohort_id>/aturan/tahap/<int:number>/": {
        "GET": (NO_SUCH, 404),
        "POST": (NO_SUCH, 404),
    },
    # Nothing says what to arrange (tests/frontend/test_cohort_rules.py has the others).
    "kementerian/gelombang/<uuid:cohort_id>/aturan/susun/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "kementerian/gelombang/<uuid:cohort_id>/aturan/versi/<int:number>/": {
        "GET": (NO_SUCH, 404),
        "POST": (PUBLIC, 405),
    },
    # This intake has no such round (tests/frontend/test_rounds.py has some).
    "kementerian/gelombang/<uuid:cohort_id>/babak/<int:number>/": {
        "GET": (NO_SUCH, 404),
        "POST": (PUBLIC, 405),
    },
    "kementerian/gelombang/<uuid:cohort_id>/babak/<int:number>/keputusan/": {
        "GET": (NO_SUCH, 404),
        "POST": (PUBLIC, 405),
    },
    "kementerian/gelombang/<uuid:cohort_id>/babak/<int:number>/langkah/<slug:word>/": {
        "GET": (NO_SUCH, 404),
        "POST": (NO_SUCH, 404),
    },
    "kementerian/gelombang/<uuid:cohort_id>/sanggahan/": {
        "GET": (PROGRAMME_MANAGERS, 200),
        "POST": (PUBLIC, 405),
    },
    "kementerian/gelombang/<uuid:cohort_id>/sanggahan/<uuid:appeal_id>/": {
        "GET": (NO_SUCH, 404),
        "POST": (NO_SUCH, 404),
    },
    "kementerian/gelombang/<uuid:cohort_id>/daftar-tunggu/": {
        "GET": (PROGRAMME_MANAGERS, 200),
        "POST": (PUBLIC, 405),
    },
    "kementerian/penilai/": {"GET": (PROGRAMME_MANAGERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/penilai/<uuid:person_id>/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)},
    "kementerian/penilaian/": {"GET": (ASSESSORS, 200), "POST": (PUBLIC, 405)},
    # Nobody here was asked to score anything (tests/frontend/test_assessing.py).
    "kementerian/penilaian/<uuid:assessment_id>/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)},
    "kementerian/penilaian/<uuid:assessment_id>/tolak/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)},
    "kementerian/penilaian/<uuid:assessment_id>/berkas/<int:attachment_id>/": {
        "GET": (NO_SUCH, 404),
        "POST": (PUBLIC, 405),
    },
    "kementerian/gelombang/<uuid:cohort_id>/balai/": {"GET": (PROGRAMME_READERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/gelombang/<uuid:cohort_id>/balai/<uuid:application_id>/": {
        "GET": (NO_SUCH, 404),
        "POST": (PUBLIC, 405),
    },
    "kementerian/gelombang/<uuid:cohort_id>/balai/<uuid:application_id>/keluar/": {
        "GET": (NO_SUCH, 404),
        "POST": (NO_SUCH, 404),
    },
    "kementerian/gelombang/<uuid:cohort_id>/balai/<uuid:application_id>/lampiran/<str:name>": {
        "GET": (NO_SUCH, 404),
        "POST": (PUBLIC, 405),
    },
    "kementerian/gelombang/<uuid:cohort_id>/tahap/": {"GET": (PROGRAMME_READERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/gelombang/<uuid:cohort_id>/tahap/mulai/": {
        "GET": (PROGRAMME_MANAGERS, 200),
        "POST": (PROGRAMME_MANAGERS, 200),
    },
    "kementerian/gelombang/<uuid:cohort_id>/tahap/pendamping/": {
        "GET": (PUBLIC, 405),
        "POST": (PROGRAMME_MANAGERS, 302),
    },
    "kementerian/gelombang/<uuid:cohort_id>/tahap/tutup/": {
        "GET": (PROGRAMME_MANAGERS, 200),
        "POST": (PROGRAMME_MANAGERS, 200),
    },
    "kementerian/pendampingan/": {"GET": (MENTORS, 200), "POST": (PUBLIC, 405)},
    # tests/frontend/test_mentoring.py has who passes where there is such a centre.
    "kementerian/pendampingan/<uuid:application_id>/": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    **{
        f"kementerian/pendampingan/<uuid:application_id>/{rest}": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)}
        for rest in ("bukti/<str:name>", "kunjungan/", "foto/<str:name>", "kematangan/")
    },
    **{
        f"kementerian/pendampingan/<uuid:application_id>/{rest}": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)}
        for rest in (
            "periksa/<uuid:evidence_id>/",
            "tahap/<int:number>/tanda-tangan/",
            "kunjungan/<uuid:visit_id>/foto/",
            "tindakan/<int:action_id>/",
        )
    },
    **{
        f"kementerian/pendampingan/<uuid:application_id>/{rest}": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)}
        for rest in (
            "tahap/<int:number>/gagal/",
            "kunjungan/catat/",
            "kematangan/<slug:word>/",
            "kelas/",
            "pendamping/",
            "keluar/",
        )
    },
    "kementerian/sistem/": {"GET": (CHIEF, 200), "POST": (PUBLIC, 405)},
    "kementerian/sistem/proses/<uuid:run_id>/": {"GET": (CHIEF, 200), "POST": (PUBLIC, 405)},
    # A job that is not there any more is said to be so on the system's page.
    "kementerian/sistem/tugas/<int:job_id>/ulangi/": {"GET": (PUBLIC, 405), "POST": (CHIEF, 302)},
    "kementerian/sistem/tugas/<int:job_id>/lepas/": {"GET": (PUBLIC, 405), "POST": (CHIEF, 302)},
    "kementerian/mitra/": {"GET": (PARTNER_READERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/mitra/baru/": {"GET": (INVITERS, 200), "POST": (INVITERS, 200)},
    "kementerian/mitra/permintaan/": {"GET": (INVITERS, 200), "POST": (PUBLIC, 405)},
    "kementerian/mitra/permintaan/<uuid:request_id>/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)},
    # Provincial officers see companies of their provinces; this one has not said yet where it is.
    "kementerian/mitra/<uuid:organisation_id>/": {
        "GET": (door(MINISTRY - {"donor", "provincial_officer"} | VISITORS), 200),
        "POST": (PUBLIC, 405),
    },
    "kementerian/mitra/<uuid:organisation_id>/pemilik/": {"GET": (PUBLIC, 405), "POST": (INVITERS, 200)},
    "kementerian/mitra/<uuid:organisation_id>/verifikasi/<uuid:verification_id>/": {
        "GET": (PUBLIC, 405),
        "POST": (NO_SUCH, 404),
    },
    "kementerian/mitra/<uuid:organisation_id>/bukti/<str:name>": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    "kementerian/jejak/": {"GET": (CHIEF, 200), "POST": (PUBLIC, 405)},
    "kementerian/jejak/periksa/": {"GET": (PUBLIC, 405), "POST": (CHIEF, 302)},
}
CENTRE = {
    "api/v1/openapi.json": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "api/v1/me/": {"GET": (NO_SESSION, 401), "POST": (PUBLIC, 405)},
    "api/v1/profile/": {"GET": (PUBLIC, 200), "PATCH": (NO_SESSION, 401), "DELETE": (PUBLIC, 405)},
    "api/v1/news/": {"GET": (PUBLIC, 200), "POST": (NO_SESSION, 401)},
    "api/v1/news/<int:id>/": {"GET": (NOBODY, 404), "POST": (PUBLIC, 405)},
    "api/v1/staff/": {"GET": (NO_SESSION, 401), "POST": (PUBLIC, 405)},
    "api/v1/applications/": {"GET": (NO_SESSION, 401), "POST": (PUBLIC, 405)},
    "api/v1/staff/invitations/": {"GET": (PUBLIC, 405), "POST": (NO_SESSION, 401)},
    "": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "kabar/": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "kabar/<int:announcement_id>/": {"GET": (NOBODY, 404), "POST": (PUBLIC, 405)},
    "robots.txt": {"GET": (PUBLIC, 200), "POST": (PUBLIC, 405)},
    "bahasa/": {"GET": (PUBLIC, 405), "POST": (PUBLIC, 302)},
    "tampilan/": {"GET": (PUBLIC, 405), "POST": (PUBLIC, 302)},
    "cari/": {"GET": (SIGNED_IN, 200), "POST": (PUBLIC, 405)},
    "akun/mulai/": {"GET": (SIGNED_IN, 302), "POST": (PUBLIC, 405)},
    "akun/izin/": {"GET": (SIGNED_IN, 200), "POST": (SIGNED_IN, 302)},
    # A file that no page of the centre shows is there for nobody; one that is shown is there for everybody
    # (tests/frontend/test_photo.py).
    "berkas/<str:name>": {"GET": (NOBODY, 404), "POST": (PUBLIC, 405)},
    "ruang/": {"GET": (IN_CENTRE, 200), "POST": (PUBLIC, 405)},
    "ruang/halaman/": {"GET": (IN_CENTRE, 200), "POST": (WRITERS, 200)},
    # Without a draft there is none to see or publish.
    "ruang/halaman/pratinjau/": {"GET": (IN_CENTRE, 302), "POST": (PUBLIC, 405)},
    "ruang/halaman/terbitkan/": {"GET": (PUBLIC, 405), "POST": (WRITERS, 302)},
    "ruang/halaman/buang/": {"GET": (PUBLIC, 405), "POST": (WRITERS, 302)},
    "ruang/halaman/foto/": {"GET": (IN_CENTRE, 200), "POST": (WRITERS, 200)},
    "ruang/halaman/foto/hapus/": {"GET": (PUBLIC, 405), "POST": (WRITERS, 302)},
    "ruang/kabar/": {"GET": (IN_CENTRE, 200), "POST": (PUBLIC, 405)},
    "ruang/kabar/tulis/": {"GET": (IN_CENTRE, 200), "POST": (WRITERS, 200)},
    "ruang/kabar/<int:announcement_id>/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)},
    "ruang/kabar/<int:announcement_id>/hapus/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)},
    "ruang/profil/": {"GET": (IN_CENTRE, 200), "POST": (PUBLIC, 405)},
    "ruang/profil/pastikan/": {"GET": (PUBLIC, 405), "POST": (KEEPING, 302)},
    "ruang/profil/lembaga/": {"GET": (PROFILE_KEEPERS, 200), "POST": (KEEPING, 200)},
    "ruang/profil/izin/": {"GET": (PROFILE_KEEPERS, 200), "POST": (KEEPING, 200)},
    "ruang/profil/sarana/": {"GET": (PROFILE_KEEPERS, 200), "POST": (KEEPING, 200)},
    "ruang/dokumen/": {"GET": (IN_CENTRE, 200), "POST": (PUBLIC, 405)},
    "ruang/dokumen/tambah/": {"GET": (PROFILE_KEEPERS, 200), "POST": (KEEPING, 200)},
    "ruang/dokumen/<int:document_id>/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)},
    "ruang/dokumen/<int:document_id>/hapus/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)},
    "ruang/dokumen/<int:document_id>/unduh/": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    # tests/frontend/test_mentoring.py has who passes where a centre is in transformation.
    "ruang/program/<uuid:application_id>/tahap/": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    "ruang/program/<uuid:application_id>/tahap/<int:number>/<int:place>/": {
        "GET": (NO_SUCH, 404),
        "POST": (NO_SUCH, 404),
    },
    "ruang/program/<uuid:application_id>/bukti/<str:name>": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    "ruang/program/<uuid:application_id>/foto/<str:name>": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    "ruang/program/<uuid:application_id>/tindakan/<int:action_id>/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "ruang/staf/": {"GET": (IN_CENTRE, 200), "POST": (LEADERS, 200)},
    "ruang/staf/<int:membership_id>/akhiri/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "ruang/staf/undangan/<uuid:invitation_id>/akhiri/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "ruang/program/": {"GET": (IN_CENTRE, 200), "POST": (PUBLIC, 405)},
    # A centre's own applications have ids that this table does not know (tests/frontend/test_taking_part.py).
    "ruang/program/ikut/<uuid:cohort_id>/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "ruang/program/<uuid:application_id>/": {"GET": (NO_SUCH, 404), "POST": (PUBLIC, 405)},
    **{
        f"ruang/program/<uuid:application_id>/{part}/": {"GET": (NO_SUCH, 404), "POST": (NO_SUCH, 404)}
        for part in ("tulis", "periksa", "mundur", "sanggah/<int:number>")
    },
    "ruang/program/<uuid:application_id>/berkas/<int:attachment_id>/": {
        "GET": (NO_SUCH, 404),
        "POST": (PUBLIC, 405),
    },
    "ruang/program/<uuid:application_id>/berkas/<int:attachment_id>/hapus/": {
        "GET": (PUBLIC, 405),
        "POST": (NO_SUCH, 404),
    },
    "ruang/kunjungan/": {"GET": (IN_CENTRE, 200), "POST": (PUBLIC, 405)},
    "ruang/kunjungan/<uuid:visit_id>/jawab/": {"GET": (PUBLIC, 405), "POST": (NO_SUCH, 404)},
    "ruang/jejak/": {"GET": (IN_CENTRE, 200), "POST": (PUBLIC, 405)},
}
# The same pages of connections in both spaces: route below the space → method → what whoever passes gets.
WEBHOOKS = {
    "": {"GET": 200, "POST": 405}, "panduan/": {"GET": 200, "POST": 405}, "tambah/": {"GET": 200, "POST": 200},
}  # fmt: skip
# One that is nobody's: the door opens, and there is no such row.
WEBHOOK = {
    "<uuid:endpoint_id>/": {"GET"}, "<uuid:endpoint_id>/ubah/": {"GET", "POST"},
    "<uuid:endpoint_id>/uji/": {"POST"},
    "<uuid:endpoint_id>/jeda/": {"POST"}, "<uuid:endpoint_id>/aktifkan/": {"POST"},
    "<uuid:endpoint_id>/kunci/": {"GET", "POST"},
    "<uuid:endpoint_id>/hapus/": {"GET", "POST"}, "kiriman/<uuid:delivery_id>/": {"GET"},
    "kiriman/<uuid:delivery_id>/lagi/": {"POST"},
}  # fmt: skip


def _webhooks(prefix: str, passes: Door) -> dict:
    rows = {
        f"{prefix}{route}": {
            method: (PUBLIC if status == 405 else passes, status) for method, status in methods.items()
        }
        for route, methods in WEBHOOKS.items()
    }
    for route, methods in WEBHOOK.items():
        rows[f"{prefix}{route}"] = {
            method: (NO_SUCH, 404) if method in methods else (PUBLIC, 405) for method in ("GET", "POST")
        }
    return rows


HUB |= _webhooks("mitra/<uuid:organisation_id>/sambungan/", OWNERS)
CENTRE |= _webhooks("ruang/sambungan/", LEADERS)
# For machines, the same for everyone on every host, also one that is no centre's or a bare IP address.
MACHINES = {
    "/healthz": {"GET": 200, "HEAD": 200, "POST": 405},
    "/readyz": {"GET": 200, "HEAD": 200, "POST": 405},
    # For whoever brings the token; see test_metrics_are_for_the_token_alone.
    "/metrics": {"GET": 200, "HEAD": 200, "POST": 405},
}
_OWN = "ruang/program/<uuid:application_id>/"
_NEWS, _PAPER = "<int:announcement_id>/", "<int:document_id>/"
# A visitor who may only read gets a page that says so, wherever a form would write.
READS_ONLY = {
    *((f"ruang/halaman/{part}", "POST") for part in ("", "terbitkan/", "buang/", "foto/", "foto/hapus/")),
    *((f"ruang/kabar/{part}", "POST") for part in ("tulis/", _NEWS, f"{_NEWS}hapus/")),
    *((f"ruang/profil/{part}", "POST") for part in ("pastikan/", "lembaga/", "izin/", "sarana/")),
    *((f"ruang/dokumen/{part}", "POST") for part in ("tambah/", _PAPER, f"{_PAPER}hapus/")),
    ("ruang/program/<uuid:application_id>/tahap/<int:number>/<int:place>/", "POST"),
    ("ruang/program/<uuid:application_id>/tindakan/<int:action_id>/", "POST"),
    ("ruang/staf/", "POST"), ("ruang/staf/<int:membership_id>/akhiri/", "POST"),
    ("ruang/staf/undangan/<uuid:invitation_id>/akhiri/", "POST"), ("ruang/kunjungan/<uuid:visit_id>/jawab/", "POST"),
}  # fmt: skip
READS_ONLY |= {
    *((f"{_OWN}{part}", "POST") for part in ("tulis/", "periksa/", "mundur/", "sanggah/<int:number>/")),
    (f"{_OWN}berkas/<int:attachment_id>/hapus/", "POST"), ("ruang/program/ikut/<uuid:cohort_id>/", "POST"),
}  # fmt: skip
READS_ONLY |= {
    (route, method)
    for route, methods in CENTRE.items()
    if route.startswith("ruang/sambungan/")
    for method, (_door, status) in methods.items()
    if method == "POST" and status != 405
}
# allauth's own pages, on every host: for strangers, or behind sign-in (their own tests are allauth's).
ALLAUTH = {
    "masuk/", "keluar/", "daftar/", "akun/ditutup/", "akun/pastikan/", "akun/surel/cek/",
    "akun/surel/cek/(?P<key>[-:\\w]+)/$", "akun/sandi/", "akun/sandi/buat/", "sandi/lupa/", "sandi/lupa/terkirim/",
    "sandi/baru/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", "sandi/baru/selesai/",
    "masuk/pusat/", "masuk/tiba/", "pindah/",
}  # fmt: skip
BEHIND_SIGN_IN = ("akun/2fa/", "akun/perangkat/")


def _routes(urlconf: str) -> set[str]:
    def walk(resolver: URLResolver, prefix: str):
        for entry in resolver.url_patterns:
            route = prefix + str(entry.pattern).lstrip("^")
            if isinstance(entry, URLPattern):
                yield route
            else:
                yield from walk(entry, route)

    return set(walk(get_resolver(urlconf), ""))


def _without_allauth(routes: set[str]) -> set[str]:
    return {route for route in routes if route not in ALLAUTH and not route.startswith(BEHIND_SIGN_IN)}


def test_every_route_of_the_hub_stands_in_the_table():
    assert _without_allauth(_routes(settings.ROOT_URLCONF)) == set(HUB)


def test_every_route_of_a_centre_stands_in_the_table():
    assert _without_allauth(_routes(settings.CENTRE_URLCONF)) == set(CENTRE)


def test_every_route_for_machines_stands_in_the_table():
    assert set(machines.ROUTES) == set(MACHINES)


# ---------------------------------------------------------------- the people


class People:
    """One person of each kind, signed in on the hub and on the centre's host."""

    def __init__(self, own: Centre, other: Centre) -> None:
        self.own, self.other = own, other
        self.sessions: dict[tuple[str, str], str] = {}
        for kind in KINDS:
            if kind != "anonymous":
                self._sign_in(kind)

    def _sign_in(self, kind: str) -> None:
        user = self._make(kind)
        for host in (settings.BALAI_DOMAIN, hosts.host_of(self.own.slug)):
            client = Client(HTTP_HOST=host)
            client.force_login(user, backend="hub.accounts.backends.Backend")
            self.sessions[kind, host] = client.cookies[settings.SESSION_COOKIE_NAME].value
        if kind == "closed":
            User.objects.filter(pk=user.pk).update(is_active=False)

    def client(self, kind: str, host: str) -> Client:
        client = Client(HTTP_HOST=host)
        if kind != "anonymous":
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[kind, host]
        return client

    def user(self, kind: str) -> User:
        return User.objects.get(email=f"{kind}@contoh.id")

    def _make(self, kind: str) -> User:
        email = f"{kind}@contoh.id"
        user = accounts.create_user(name=kind, email=email, password="kopi tubruk sore", now=NOW, by=SYSTEM)
        if kind in ("nobody", "closed"):
            return user
        if kind in VISITORS | {"without_factor"}:
            self._grant(user, Role.SUPER_ADMIN)
            if kind in VISITORS:
                self._let_in(user, may_write=kind == "writing_visitor")
        elif kind == "other_head":
            accounts.grant(user, Role.CENTRE_HEAD, centre=self.other, by=SYSTEM, now=NOW)
        elif kind == "revoked":
            held = accounts.grant(user, Role.INSTRUCTOR, centre=self.own, by=SYSTEM, now=NOW)
            accounts.revoke(held, by=SYSTEM, now=NOW, reason="Selesai")
        else:
            self._grant(user, Role(kind))
        if kind != "without_factor" and user.is_ministry:
            Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
        return user

    def _grant(self, user: User, role: Role) -> None:
        scope = {}
        if role in CENTRE_ROLES:
            scope["centre"] = self.own
        elif role in ORGANISATION_ROLES:
            scope["organisation"] = Organisation.objects.get_or_create(
                id=ORGANISATION_ID, kind="partner", name="PT Contoh"
            )[0]
        elif role == Role.PROVINCIAL_OFFICER:
            scope["provinces"] = [self.own.regency.province_id]
        accounts.grant(user, role, by=SYSTEM, now=NOW, **scope)

    def _let_in(self, user: User, *, may_write: bool) -> None:
        accounts.ask_for_visit(
            User.objects.with_roles().get(pk=user.pk), self.own, reason="Pemeriksaan data", hours=4,
            may_write=may_write, is_emergency=True, by=SYSTEM, now=datetime.now(UTC),
        )  # fmt: skip


@pytest.fixture(scope="module")
def cast(django_db_setup, django_db_blocker) -> Iterator[People]:
    """Everybody, made once: each test stands on a savepoint above them. (Nineteen sign-ins a test took minutes.)"""
    hasher = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with django_db_blocker.unblock(), hasher, transaction.atomic():
        own, other = (Centre.objects.get(name=name) for name in ("BLKK Melati Garut", "BLKK Kenanga Blitar"))
        _open_intake()
        yield People(own, other)
        transaction.set_rollback(True)


@pytest.fixture
def people(cast, db) -> People:
    return cast


def _closed_user() -> User:
    user = accounts.create_user(name="closed", email=f"{uuid.uuid4()}@contoh.id", now=NOW, by=SYSTEM)
    user.is_active = False
    user.save()
    return user


def _path(route: str, code: str) -> str:
    # What a parameter stands for; of any other id there is no such thing.
    values = {
        "<slug:code>": code,
        "<str:code>": code,
        "<slug:other>": code,
        "<slug:word>": "tangguhkan",
        "<slug:purpose>": "follow_up",
        "<slug:mail_id>": "0-0",
        "<str:token>": TOKEN,
        "<str:number>": "tidakada",
        "<str:name>": NO_FILE,
        "<uuid:run_id>": str(RUN_ID),
        "<uuid:organisation_id>": str(ORGANISATION_ID),
        "<uuid:cohort_id>": str(COHORT_ID),
        "<uuid:programme_id>": str(PROGRAMME_ID),
        "<section>": "halaman",
    }
    for parameter, value in values.items():
        route = route.replace(parameter, value)
    route = re.sub(r"<uuid:\w+>", SOME_ID, route)
    route = re.sub(r"<int:\w+>", "987654321", route)
    assert "<" not in route, f"Say in _path what stands for the parameter of {route}"
    return f"/{route}"


def _open_intake() -> None:
    """The intake that COHORT_ID names."""
    programme = Programme.objects.create(
        id=PROGRAMME_ID, name="Program Uji", funder="Kementerian", aims="Mandiri", starts_on=NOW, ends_on=NOW,
        created_at=NOW,
    )  # fmt: skip
    Cohort.objects.create(
        id=COHORT_ID, programme=programme, name="I", opens_on=NOW, closes_on=NOW, created_at=NOW, design=to_json(RULES)
    )
    programmes.publish(Cohort.objects.get(pk=COHORT_ID), by=SYSTEM, now=NOW)


def _cases(table: dict):
    return [
        pytest.param(route, method, *rule, id=f"{method} {route or '/'}")
        for route, methods in table.items()
        for method, rule in methods.items()
    ]


def _expected(kind: str, rule: Door, granted: int, path: str) -> int:
    open_to_all = rule is PUBLIC or rule is NOBODY
    if kind == "without_factor" and not path.startswith(("/bahasa/", "/tampilan/", "/api/")):
        return 302  # to setting it up, whatever was asked for
    return granted if open_to_all else rule.answer(kind, granted)


@pytest.mark.parametrize(("route", "method", "rule", "granted"), _cases(HUB))
def test_the_hub_answers(route, method, rule, granted, people, centre):
    Run.objects.create(id=RUN_ID, kind=Run.Kind.IMPORT)
    path = _path(route, centre.code)
    answers = {kind: people.client(kind, settings.BALAI_DOMAIN).generic(method, path).status_code for kind in KINDS}
    assert answers == {kind: _expected(kind, rule, granted, path) for kind in KINDS}


@pytest.mark.parametrize(("route", "method", "rule", "granted"), _cases(CENTRE))
def test_a_centre_answers(route, method, rule, granted, people, centre):
    path, host = _path(route, centre.code), hosts.host_of(centre.slug)
    answers = {kind: people.client(kind, host).generic(method, path).status_code for kind in KINDS}
    expected = {kind: _expected(kind, rule, granted, path) for kind in KINDS}
    if (route, method) in READS_ONLY:
        expected["visitor"] = 403
    assert answers == expected


# ---------------------------------------------------------------- tokens

# Method and route → kinds of token that pass, what they get. The rest gets 404, whatever scopes it has; of those who
# pass by role, a token without the scope gets 403. Kinds: a person of each kind with every scope; "organisation", a
# company's own; "bare", the centre head's without scopes; "expired", "ended" and "closed" (the account) of the head's.
TOKEN_KINDS = sorted(PEOPLE | {"visitor", "writing_visitor", "without_factor", "organisation", "bare", *DEAD_TOKENS})
OPEN = frozenset(TOKEN_KINDS)
OF_STAFF = frozenset(STAFF | {"bare"})
OF_KEEPERS = KEEPERS.passes
API_OF_HUB = {
    ("GET", "api/v1/me/"): (OPEN, 200),
    ("GET", "api/v1/centres/"): (OPEN, 200),
    ("GET", "api/v1/assessments/"): (ASSESSORS.passes, 200),
    ("GET", "api/v1/intake/"): (OF_KEEPERS, 200),
    ("GET", "api/v1/intake/<str:number>/"): (OF_KEEPERS, 404),
    ("GET", "api/v1/cohorts/"): (PROGRAMME_AUDIENCE.passes, 200),
    ("GET", "api/v1/cohorts/<uuid:cohort_id>/"): (PROGRAMME_READERS.passes, 200),
    ("GET", "api/v1/cohorts/<uuid:cohort_id>/applications/"): (PROGRAMME_READERS.passes, 200),
    ("GET", "api/v1/cohorts/<uuid:cohort_id>/funnel/"): (PROGRAMME_AUDIENCE.passes, 200),
    ("GET", "api/v1/organisations/<uuid:organisation_id>/people/"): (
        IN_ORGANISATION.passes | {"organisation"}, 200,
    ),
}  # fmt: skip
API_OF_CENTRE = {
    ("GET", "api/v1/me/"): (OPEN, 200),
    ("GET", "api/v1/profile/"): (OPEN, 200),
    ("GET", "api/v1/news/"): (OPEN, 200),
    ("GET", "api/v1/staff/"): (OF_STAFF, 200),
    ("GET", "api/v1/applications/"): (OF_STAFF, 200),
    ("PATCH", "api/v1/profile/"): (OF_STAFF, 428),
    ("POST", "api/v1/news/"): (OF_STAFF, 400),
    ("POST", "api/v1/staff/invitations/"): (OF_STAFF, 400),
}
NEED_NO_SCOPE = {"api/v1/me/", "api/v1/centres/", "api/v1/profile/", "api/v1/news/"}


def _secret(people: People, kind: str) -> str:
    """A token of this kind, with every scope that there is: it is the role that must hold it back."""
    now = datetime.now(UTC)
    if kind == "organisation":
        maker = people.user("partner_owner")
        wanted = {"name": "x", "scopes": IN_ORGANISATIONS, "days": 1, "by": SYSTEM, "now": now}
        return tokens.make_for_organisation(Organisation.objects.get(pk=ORGANISATION_ID), made_by=maker, **wanted)[1]
    user = people.user("centre_head" if kind == "bare" or kind in DEAD_TOKENS else kind)
    user = User.objects.with_roles().get(pk=user.pk)
    user.has_second_factor = True  # as it was when they made the token
    token, secret = tokens.make_for_person(user, name="x", scopes=[], days=1, by=SYSTEM, now=now)
    if kind != "bare":
        ApiToken.objects.filter(pk=token.pk).update(scopes=list(Scope))
    DEAD_TOKENS.get(kind, lambda token: None)(token)
    return secret


def _expected_of_token(kind: str, method: str, route: str, passes: frozenset[str], granted: int) -> int:
    if kind in DEAD_TOKENS:
        return 401
    if kind == "without_factor":
        return 403
    if kind not in passes:
        return 404
    needs_scope = method != "GET" or route not in NEED_NO_SCOPE
    return 403 if kind == "bare" and needs_scope else granted


@pytest.mark.parametrize(
    ("side", "method", "route", "passes", "granted"),
    [("hub", *key, *rule) for key, rule in API_OF_HUB.items()]
    + [("centre", *key, *rule) for key, rule in API_OF_CENTRE.items()],
)
def test_the_api_answers_tokens(side, method, route, passes, granted, people, centre):
    host = hosts.host_of(centre.slug) if side == "centre" else settings.BALAI_DOMAIN
    answers = {}
    for kind in TOKEN_KINDS:
        client = Client(HTTP_HOST=host, headers={"Authorization": f"Bearer {_secret(people, kind)}"})
        answers[kind] = client.generic(method, _path(route, centre.code), content_type="application/json").status_code
    assert answers == {kind: _expected_of_token(kind, method, route, passes, granted) for kind in TOKEN_KINDS}


@pytest.fixture
def metrics_token(settings) -> dict[str, str]:
    settings.BALAI_METRICS_TOKEN = "k" * 40
    return {"Authorization": f"Bearer {settings.BALAI_METRICS_TOKEN}"}


@pytest.mark.parametrize("path", sorted(MACHINES))
def test_machines_get_the_same_on_every_host(path, people, centre, metrics_token):
    for host in (settings.BALAI_DOMAIN, hosts.host_of(centre.slug), f"tidak-ada.{settings.BALAI_DOMAIN}", "10.0.0.7"):
        for method, expected in MACHINES[path].items():
            answer = Client(HTTP_HOST=host, headers=metrics_token).generic(method, path)
            assert answer.status_code == expected, (host, method)
    clients = {kind: people.client(kind, settings.BALAI_DOMAIN) for kind in KINDS}
    answers = {kind: client.get(path, headers=metrics_token).status_code for kind, client in clients.items()}
    assert answers == dict.fromkeys(KINDS, MACHINES[path]["GET"])


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer " + "k" * 39, "bearer " + "k" * 40, "Bearer é"])
def test_metrics_are_for_the_token_alone(given, method, people, centre, metrics_token):
    headers = {"Authorization": given} if given else {}
    for host in (settings.BALAI_DOMAIN, hosts.host_of(centre.slug), f"tidak-ada.{settings.BALAI_DOMAIN}"):
        assert Client(HTTP_HOST=host, headers=headers).generic(method, "/metrics").status_code == 404
    assert Client(HTTP_HOST="10.0.0.7", headers=headers).generic(method, "/metrics").status_code == 400
    for kind in ("super_admin", "centre_head", "writing_visitor", "nobody"):
        client = people.client(kind, settings.BALAI_DOMAIN)
        assert client.generic(method, "/metrics", headers=headers).status_code == 404


def test_without_a_token_in_the_settings_there_are_no_metrics(hub_client, settings):
    settings.BALAI_METRICS_TOKEN = ""
    for given in ("", "Bearer", "Bearer ", "Bearer None"):
        assert hub_client.get("/metrics", headers={"Authorization": given}).status_code == 404


@pytest.mark.parametrize("route", sorted(route for route in _routes(settings.ROOT_URLCONF) if "akun/2fa" in route))
def test_second_factors_are_behind_sign_in(route, centre, client_for):
    for host in (settings.BALAI_DOMAIN, hosts.host_of(centre.slug)):
        path = _path(route.replace("<int:pk>", "1"), centre.code)
        answer = Client(HTTP_HOST=host).get(path)
        assert answer.status_code in (302, 403, 404, 405) or "login" in path or "signup" in path


# ---------------------------------------------------------------- states of a centre, and hosts


@pytest.fixture
def centre_in(centre: Centre):
    """The centre, brought into a state."""

    def bring(state: str) -> Centre:
        if state == State.REGISTERED:
            return operations.register(name="BLKK Belum Buka", regency=Regency.objects.get(pk="35.05"))
        if state == State.SUSPENDED:
            return operations.suspend(centre, reason="Izin", now=NOW)
        if state == State.ARCHIVED:
            return operations.archive(centre, reason="Tutup", now=NOW)
        if state == State.ERASED:
            return operations.entomb(centre, tombstone="0" * 64, now=NOW)
        return centre

    return bring


@pytest.mark.parametrize(
    ("state", "get", "post", "language"),
    [
        ("active", 200, 405, 302), ("suspended", 200, 403, 302), ("archived", 200, 403, 302),
        ("registered", 200, 403, 302), ("erased", 410, 410, 410),
    ],
)  # fmt: skip
def test_a_centre_in_each_state(state, get, post, language, centre_in, client_for):
    client = client_for(centre_in(state))
    assert client.get("/").status_code == get
    assert client.post("/").status_code == post
    assert client.post("/bahasa/").status_code == language


@pytest.mark.parametrize("route", sorted(set(HUB) - set(CENTRE)))
def test_the_hubs_pages_do_not_exist_on_a_centres_host(route, centre, client_for):
    assert client_for(centre).get(_path(route, centre.code)).status_code == 404


@pytest.mark.parametrize("route", sorted(route for route in set(CENTRE) - set(HUB)))
def test_a_centres_pages_do_not_exist_on_the_hub(route, centre, hub_client):
    assert hub_client.get(_path(route, centre.code)).status_code == 404


@pytest.mark.parametrize("route", sorted(set(HUB) | set(CENTRE)))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_host_has_nothing(route, method, centre):
    client = Client(HTTP_HOST=f"tidak-ada.{settings.BALAI_DOMAIN}")
    assert client.generic(method, _path(route, centre.code)).status_code == 404
