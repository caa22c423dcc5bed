"""Companies over HTTP: their own rooms, the ministry's, and the public pages; nothing of one reaches another."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.accounts import operations as accounts
from hub.accounts.models import Invitation, Membership, Organisation, User
from hub.accounts.roles import Role
from hub.audit import queries as audit
from hub.audit.actors import SYSTEM
from hub.audit.models import Entry
from hub.partners import operations, queries
from hub.partners.models import Evidence, JoinRequest, PartnerProfile, Verification
from hub.tokens import operations as tokens
from hub.tokens.scopes import Scope
from hub.webhooks import operations as webhooks
from hub.webhooks.models import Endpoint, Owner
from kernel import files
from tests import pictures
from tests.partners import PDF, WHOLE, described, organisation, person, picture, submitted, verified

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


@pytest.fixture
def mekar() -> Organisation:
    return organisation("PT Mekar")


@pytest.fixture
def sinar() -> Organisation:
    return organisation("PT Sinar")


def signed_in(user: User, host: str = "balai.localhost") -> Client:
    client = Client(HTTP_HOST=host)
    client.force_login(user, backend="hub.accounts.backends.Backend")
    return client


@pytest.fixture
def owner(mekar) -> User:
    return person("Ayu", Role.PARTNER_OWNER, mekar)


@pytest.fixture
def client(owner) -> Client:
    return signed_in(owner)


def of_ministry(name: str, role: Role, **scope) -> User:
    user = person(name, role, **scope)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    return user


@pytest.fixture
def official() -> User:
    return of_ministry("Ratna", Role.PROGRAMME_OFFICER)


@pytest.fixture
def desk(official) -> Client:
    return signed_in(official)


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


FORM = {
    "name": "PT Mekar", "legal_form": "pt", "nib": "1234.5678 90123", "industry": "Pakaian jadi", "kbli": "14111",
    "kbli_edition": "2020", "size_band": "large", "regency": "33.21", "address": "Jalan Contoh 1",
    "website": "www.mekar.co.id", "about": "Kami menjahit.", "contact_role": "Kepala personalia", "is_public": "on",
}  # fmt: skip


# ---------------------------------------------------------------- the company's rooms


def test_the_overview_says_what_to_do_next(client, mekar):
    empty = page(client, f"/mitra/{mekar.pk}/")
    assert "Lengkapi profil" in empty and "bentuk usaha, NIB" in empty and "Belum diverifikasi" in empty
    described(mekar)
    assert "Minta verifikasi" in page(client, f"/mitra/{mekar.pk}/")


def test_whoever_acts_for_one_company_lands_in_it(client, mekar, sinar, owner):
    accounts.give_consent(owner, "privacy", language="id", by=SYSTEM, now=NOW)
    assert client.get("/akun/mulai/").url == f"/mitra/{mekar.pk}/"
    accounts.grant(owner, Role.PARTNER_MEMBER, organisation=sinar, by=SYSTEM, now=NOW)
    assert client.get("/akun/mulai/").url == "/akun/"


def test_a_profile_is_saved_and_read_back(client, mekar):
    path = f"/mitra/{mekar.pk}/profil/"
    assert client.post(path, FORM).url == path
    profile = queries.profile_of(mekar)
    assert (profile.nib, profile.website, profile.regency_id) == ("1234567890123", "https://www.mekar.co.id", "33.21")
    assert profile.is_public and profile.draft is None
    again = page(client, path)
    assert 'value="1234567890123"' in again and "Kami menjahit." in again
    assert audit.trail(organisation_id=mekar.pk).filter(action="partner.described").get().actor_name == "Ayu"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"nib": "12"}, "13 angka"), ({"kbli": "1"}, "5 angka"), ({"kbli_edition": ""}, "Pilih edisi"),
        ({"website": "javascript:alert(1)"}, "Ketik alamat"), ({"name": "PT Sinar"}, "Sudah ada"),
        ({"regency": "99.99"}, "33.21"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, mekar, sinar, change, words):
    path = f"/mitra/{mekar.pk}/profil/"
    answer = client.post(path, {**FORM, **change})
    shown = answer.content.decode()
    assert answer.status_code == 200 and words in shown and "Kami menjahit." in shown
    assert queries.profile_of(mekar).about == "", "nothing is saved"
    back_later = page(client, path)
    assert "Ini masih draf" in back_later and "Kami menjahit." in back_later


def test_a_draft_is_for_the_owners_alone_until_it_is_saved_or_dropped(client, mekar):
    described(mekar, about="Yang lama")
    path = f"/mitra/{mekar.pk}/profil/"
    client.post(path, {**FORM, "about": "Belum jadi", "draft": "1", "nib": "tidak tahu"})
    assert "Belum jadi" in page(client, path) and 'value="tidak tahu"' in page(client, path)
    colleague = signed_in(person("Bima", Role.PARTNER_MEMBER, mekar))
    assert "Yang lama" in page(colleague, path) and "Belum jadi" not in page(colleague, path)
    client.post(path, {"discard": "1"})
    assert "Belum jadi" not in page(client, path) and "Yang lama" in page(client, path)


def test_colleagues_read_and_only_owners_write(mekar):
    described(mekar)
    colleague = signed_in(person("Bima", Role.PARTNER_MEMBER, mekar))
    paths = ["profil/", "profil/logo/", "profil/logo/hapus/", "verifikasi/", "verifikasi/tarik/", "orang/"]
    for path in paths:
        assert colleague.post(f"/mitra/{mekar.pk}/{path}", FORM).status_code == 404, path
    for path in ("", "profil/", "verifikasi/", "orang/", "jejak/"):
        assert "Bima" in page(colleague, f"/mitra/{mekar.pk}/{path}")


def test_a_company_sends_documents_and_the_ministry_verifies(client, mekar, owner, desk, official):
    described(mekar)
    path = f"/mitra/{mekar.pk}/verifikasi/"
    sent = {"nib": SimpleUploadedFile("x.exe", PDF), "deed": SimpleUploadedFile("akta.jpg", pictures.from_a_phone())}
    assert client.post(path, sent).url == path
    shown = page(client, path)
    assert "Sedang diperiksa" in shown and "Oleh Ayu, NIB" in shown
    asked = Verification.objects.get()
    assert {one.kind: one.file[-4:] for one in asked.evidence.all()} == {"nib": ".pdf", "deed": "webp"}
    detail = page(desk, f"/kementerian/mitra/{mekar.pk}/")
    assert "Menunggu keputusan" in detail and WHOLE["nib"] in detail
    decide = f"/kementerian/mitra/{mekar.pk}/verifikasi/{asked.pk}/"
    assert "Cocokkan dulu" in desk.post(decide, {"jawaban": "sahkan"}).content.decode()
    assert desk.post(decide, {"jawaban": "sahkan", "compared": "on"}).url == f"/kementerian/mitra/{mekar.pk}/"
    assert Verification.objects.get().decided_by == official
    assert [(one.to, one.subject) for one in mail.outbox] == [(["ayu@contoh.id"], "PT Mekar sudah terverifikasi")]
    assert f"/mitra/{mekar.pk}/verifikasi/" in mail.outbox[0].body
    assert "dicocokkan oleh Ratna dari Kementerian Ketenagakerjaan" in page(client, path)


@pytest.mark.parametrize(("answer", "state"), [("tolak", "refused"), ("tarik", "withdrawn")])
def test_a_refusal_and_a_withdrawal_need_words_that_reach_the_owners(
    client, mekar, owner, desk, official, answer, state
):
    described(mekar)
    asked = submitted(mekar, owner, now=NOW) if answer == "tolak" else verified(mekar, owner, official, now=NOW)
    decide = f"/kementerian/mitra/{mekar.pk}/verifikasi/{asked.pk}/"
    too_short = desk.post(decide, {"jawaban": answer, "reason": "Buram"})
    assert too_short.status_code == 200 and "Buram" in too_short.content.decode()
    assert Verification.objects.get().state != state and not mail.outbox
    desk.post(decide, {"jawaban": answer, "reason": "Nomornya tidak sama <b>"})
    assert Verification.objects.get().state == state
    assert "Nomornya tidak sama <b>" in mail.outbox[0].body, "mail is plain text"
    shown = page(client, f"/mitra/{mekar.pk}/verifikasi/")
    assert "Nomornya tidak sama &lt;b&gt;" in shown


def test_an_answer_that_does_not_exist_decides_nothing(mekar, owner, desk):
    described(mekar)
    asked = submitted(mekar, owner, now=NOW)
    for answer in ("", "hapus"):
        decide = f"/kementerian/mitra/{mekar.pk}/verifikasi/{asked.pk}/"
        assert desk.post(decide, {"jawaban": answer, "compared": "on"}).status_code == 404
    assert Verification.objects.get().state == "submitted"


def test_two_officials_decide_once(mekar, owner, desk, official):
    described(mekar)
    done = verified(mekar, owner, official, now=NOW)
    decide = f"/kementerian/mitra/{mekar.pk}/verifikasi/{done.pk}/"
    answer = desk.post(decide, {"jawaban": "tolak", "reason": "Nomornya tidak sama"}, follow=True)
    assert "sudah diputuskan" in answer.content.decode() and not mail.outbox


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!doctype html><script>alert(1)</script>", "bukan PDF dan bukan gambar"), (b"GIF89a;", "bukan PDF"),
        (b"%PDF-1.7 cut off", "rusak"), (b"%PDF-1.7" + b"\0" * 10_500_000, "lebih dari 10 MB"),
    ],
    ids=["html", "gif", "cut off", "too large"],
)  # fmt: skip
def test_a_document_that_is_none_is_refused_and_leaves_nothing(client, mekar, content, words):
    described(mekar)
    shown = client.post(f"/mitra/{mekar.pk}/verifikasi/", {"nib": SimpleUploadedFile("nib.pdf", content)})
    assert words in shown.content.decode()
    assert not Verification.objects.exists() and files.names(files.folder_of(None)) == []


def test_uploads_are_limited(client, mekar, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "upload": "2/h/user"}
    logo = {"logo": SimpleUploadedFile("x.jpg", b"x")}
    answers = [client.post(f"/mitra/{mekar.pk}/profil/logo/", logo).status_code for _number in range(3)]
    assert [*answers, client.post(f"/mitra/{mekar.pk}/verifikasi/").status_code] == [302, 302, 429, 429]


def test_a_logo_is_put_up_and_taken_down(client, mekar):
    path = f"/mitra/{mekar.pk}/profil/"
    client.post(f"{path}logo/", {"logo": SimpleUploadedFile("x.png", pictures.plain(900, 900))})
    name = queries.profile_of(mekar).logo
    assert f"/mitra/{mekar.pk}/logo/{name}" in page(client, path)
    refused = client.post(f"{path}logo/", {"logo": SimpleUploadedFile("x.png", PDF)}, follow=True).content.decode()
    assert "bukan gambar" in refused and queries.profile_of(mekar).logo == name
    client.post(f"{path}logo/hapus/")
    assert queries.profile_of(mekar).logo == ""


def test_people_leave_and_the_last_owner_reads_why_not(client, mekar, owner):
    shown = client.post(f"/mitra/{mekar.pk}/orang/keluar/", follow=True).content.decode()
    assert "orang terakhir" in shown and Membership.objects.filter(user=owner, revoked_at=None).exists()
    colleague = signed_in(person("Bima", Role.PARTNER_MEMBER, mekar))
    assert (
        "tidak lagi bertindak untuk PT Mekar"
        in colleague.post(f"/mitra/{mekar.pk}/orang/keluar/", follow=True).content.decode()
    )
    assert colleague.get(f"/mitra/{mekar.pk}/").status_code == 404


def test_an_owner_cannot_be_ended_by_the_ministry_while_nobody_else_owns(mekar, owner, official):
    chief = signed_in(of_ministry("Sari", Role.SUPER_ADMIN))
    held = owner.memberships.get()
    chief.post(f"/kementerian/orang/{held.pk}/akhiri/", {"reason": "Pindah"})
    held.refresh_from_db()
    assert held.revoked_at is None


def test_the_trail_is_the_organisations_own_and_names_no_address(client, mekar, sinar, owner, official):
    described(mekar)
    described(sinar, about="Rahasia sinar", nib="2" * 13)
    asked = submitted(mekar, owner, now=NOW)
    desk = signed_in(official)
    desk.get(f"/kementerian/mitra/{mekar.pk}/bukti/{asked.evidence.get().file}", REMOTE_ADDR="10.9.8.7")
    shown = page(client, f"/mitra/{mekar.pk}/jejak/")
    assert "Membuka dokumen" in shown and "Ratna" in shown
    csv = page(client, f"/mitra/{mekar.pk}/jejak/?unduh=1")
    for text in (shown, csv):
        assert "10.9.8.7" not in text and "127.0.0.1" not in text
        assert "Rahasia sinar" not in text and str(sinar.pk) not in text
    assert "evidence.opened" in csv and "/periksa/" not in shown


# ---------------------------------------------------------------- a training provider


def test_a_provider_has_people_and_a_trail_and_nothing_of_a_company():
    kelas = organisation("Kelas", "provider")
    owner = signed_in(person("Lestari", Role.PROVIDER_OWNER, kelas))
    editor = signed_in(person("Eko", Role.PROVIDER_EDITOR, kelas))
    for client in (owner, editor):
        for path in ("", "orang/", "jejak/"):
            shown = page(client, f"/mitra/{kelas.pk}/{path}")
            assert "Kelas" in shown and "/verifikasi/" not in shown and "/profil/" not in shown
        for path in ("profil/", "verifikasi/"):
            assert client.get(f"/mitra/{kelas.pk}/{path}").status_code == 404
    invite = {"name": "Fitri", "email": "fitri@contoh.id", "role": "provider_editor"}
    assert editor.post(f"/mitra/{kelas.pk}/orang/", invite).status_code == 404
    assert owner.post(f"/mitra/{kelas.pk}/orang/", invite).status_code == 200
    assert Invitation.objects.get().role == Role.PROVIDER_EDITOR
    for role in ("partner_owner", "super_admin"):
        owner.post(f"/mitra/{kelas.pk}/orang/", {**invite, "role": role})
    assert Invitation.objects.count() == 1


def test_a_providers_overview_says_what_needs_its_owner_and_whom_its_courses_reach(centre):
    kelas, lain = organisation("Kelas", "provider"), organisation("Kelas Lain", "provider")
    lestari = person("Lestari", Role.PROVIDER_OWNER, kelas)
    owner, editor = signed_in(lestari), signed_in(person("Eko", Role.PROVIDER_EDITOR, kelas))
    stranger = signed_in(person("Tono", Role.PROVIDER_OWNER, lain))
    _in_trouble(kelas, lestari)
    seen, read = page(owner, f"/mitra/{kelas.pk}/"), page(editor, f"/mitra/{kelas.pk}/")
    for words in (
        "“Situs kelas” tidak lagi menerima pesan",
        "Token API “Rapor” berakhir",
        "1 undangan segera berakhir",
    ):
        assert words in seen and words not in read and words not in page(stranger, f"/mitra/{lain.pk}/")
    for shown in (seen, read):
        assert "?kejuruan=tik" in shown and "Membuat token API</span>: Rapor" in shown
        assert "Langkah berikutnya" not in shown, "nothing is left to set up"
    assert "Undang rekan kerja" in page(stranger, f"/mitra/{lain.pk}/")


def _in_trouble(provider: Organisation, owner: User) -> None:
    """A connection that was stopped, a token and an invitation that end soon."""
    connected, _secret = webhooks.create_endpoint(
        Owner(organisation_id=provider.pk), url="https://kelas.contoh.id/balai", description="Situs kelas",
        kinds=["organisation.member_joined"], by=SYSTEM, now=NOW,
    )  # fmt: skip
    Endpoint.objects.filter(pk=connected.pk).update(state="failing")
    scopes = [Scope.ORGANISATION_READ]
    tokens.make_for_organisation(provider, made_by=owner, name="Rapor", scopes=scopes, days=7, by=SYSTEM, now=NOW)
    sent = NOW - timedelta(days=5)
    accounts.invite(None, Role.PROVIDER_EDITOR, name="Fitri", organisation=provider, by=SYSTEM, now=sent)


# ---------------------------------------------------------------- apart


@pytest.fixture
def secret(sinar) -> Verification:
    """Another company, with documents, a draft, a logo, people and an invitation."""
    keeper = person("Rahasia", Role.PARTNER_OWNER, sinar)
    described(sinar, about="Rahasia sinar", nib="9" * 13, is_public=False)
    operations.show_logo(sinar, picture(), by=SYSTEM, now=NOW)
    operations.keep_draft(sinar, {"about": "Rahasia draf"}, now=NOW)
    accounts.invite(None, Role.PARTNER_MEMBER, name="Tersembunyi", organisation=sinar, by=SYSTEM, now=NOW)
    return submitted(sinar, keeper, now=NOW)


def test_nothing_of_another_company_is_there(client, mekar, sinar, secret, hub_client):
    evidence, logo = secret.evidence.get().file, queries.profile_of(sinar).logo
    own = [f"/mitra/{mekar.pk}/{path}" for path in ("", "profil/", "verifikasi/", "orang/", "jejak/")]
    for path in [*own, "/mitra/", "/akun/"]:
        shown = page(client, path)
        assert not any(word in shown for word in ("Rahasia", "Tersembunyi", "PT Sinar", "9" * 13, evidence, logo)), path
    reads = ["", "profil/", "verifikasi/", "orang/", "jejak/", "jejak/?unduh=1", f"bukti/{evidence}", f"logo/{logo}"]
    writes = ["profil/", "profil/logo/", "profil/logo/hapus/", "verifikasi/", "verifikasi/tarik/", "orang/"]
    for path in reads:
        assert client.get(f"/mitra/{sinar.pk}/{path}").status_code == 404, path
        assert hub_client.get(f"/mitra/{sinar.pk}/{path}").status_code in (302, 404), path
    for path in [*writes, "orang/keluar/"]:
        assert client.post(f"/mitra/{sinar.pk}/{path}", {**FORM, "draft": "1"}).status_code == 404, path
    # The name of a file of theirs behind an address of one's own.
    for path in (f"/mitra/{mekar.pk}/bukti/{evidence}", f"/mitra/{mekar.pk}/logo/{logo}"):
        assert client.get(path).status_code == 404
    secret.refresh_from_db()
    assert secret.state == "submitted" and queries.profile_of(sinar).draft == {"about": "Rahasia draf"}


def test_documents_are_for_owners_and_those_who_decide(mekar, owner, client, desk, official):
    described(mekar)
    name = submitted(mekar, owner, now=NOW).evidence.get().file
    own, theirs = f"/mitra/{mekar.pk}/bukti/{name}", f"/kementerian/mitra/{mekar.pk}/bukti/{name}"
    for answer in (client.get(own), desk.get(theirs)):
        assert answer.status_code == 200 and answer.content == PDF
        assert answer["Content-Disposition"] == 'attachment; filename="nib.pdf"'
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert audit.trail(organisation_id=mekar.pk).filter(action="evidence.opened").get().actor_id == official.pk
    others = [
        person("Bima", Role.PARTNER_MEMBER, mekar),
        of_ministry("Wayan", Role.PROVINCIAL_OFFICER, provinces=["33"]),
        of_ministry("Made", Role.ASSESSOR),
        of_ministry("Donatur", Role.DONOR),
    ]
    for other in others:
        assert signed_in(other).get(own).status_code == 404
        assert signed_in(other).get(theirs).status_code == 404
    assert desk.get(own).status_code == 404
    assert Client(HTTP_HOST="balai.localhost").get(own).status_code == 302


def test_a_document_of_one_company_is_not_there_under_another_for_the_ministry_either(mekar, sinar, secret, desk):
    name = secret.evidence.get().file
    assert desk.get(f"/kementerian/mitra/{mekar.pk}/bukti/{name}").status_code == 404
    wrong = f"/kementerian/mitra/{mekar.pk}/verifikasi/{secret.pk}/"
    assert desk.post(wrong, {"jawaban": "sahkan", "compared": "on"}).status_code == 404
    assert not Entry.objects.filter(action="evidence.opened").exists()


def test_a_document_that_was_taken_back_is_gone(client, mekar, owner, desk, django_capture_on_commit_callbacks):
    described(mekar)
    name = submitted(mekar, owner, now=NOW).evidence.get().file
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/mitra/{mekar.pk}/verifikasi/tarik/")
    assert client.get(f"/mitra/{mekar.pk}/bukti/{name}").status_code == 404
    assert desk.get(f"/kementerian/mitra/{mekar.pk}/bukti/{name}").status_code == 404
    assert files.names(files.folder_of(None)) == [] and not Evidence.objects.exists()


def test_a_logo_is_everybodys_only_while_the_public_list_shows_it(client, mekar, owner, official, hub_client):
    described(mekar)
    name = operations.show_logo(mekar, picture(), by=SYSTEM, now=NOW).logo
    path = f"/mitra/{mekar.pk}/logo/{name}"
    reader = signed_in(of_ministry("Made", Role.ASSESSOR))
    donor = signed_in(of_ministry("Donatur", Role.DONOR))
    assert [one.get(path).status_code for one in (client, reader, donor, hub_client)] == [200, 200, 404, 404]
    assert client.get(path)["Cache-Control"] == "private, no-store"
    verified(mekar, owner, official, now=NOW)
    shown = hub_client.get(path)
    assert shown.status_code == 200 and "public" in shown["Cache-Control"] and not shown.cookies
    described(mekar, is_public=False)
    assert hub_client.get(path).status_code == 404


@pytest.mark.parametrize("name", ["..", "x.webp", "%2e%2e%2fsecret-key", f"{'0' * 32}.webp", f"{'0' * 32}.html"])
@pytest.mark.parametrize("place", ["bukti", "logo"])
def test_names_that_lead_elsewhere_lead_nowhere(client, mekar, name, place):
    assert client.get(f"/mitra/{mekar.pk}/{place}/{name}").status_code == 404


def test_a_centres_host_hands_out_no_file_of_a_company(mekar, owner, centre, client_for):
    described(mekar)
    name = submitted(mekar, owner, now=NOW).evidence.get().file
    client = client_for(centre)
    client.force_login(owner, backend="hub.accounts.backends.Backend")
    assert client.get(f"/berkas/{name}").status_code == 404
    assert client.get(f"/mitra/{mekar.pk}/bukti/{name}").status_code == 404


# ---------------------------------------------------------------- the ministry's rooms


def test_the_ministrys_list_is_filtered_and_taken_away(desk, mekar, sinar, owner):
    described(mekar)
    submitted(mekar, owner, now=NOW)
    organisation("Kelas Jauh", "provider")
    everything = page(desk, "/kementerian/mitra/")
    assert all(name in everything for name in ("PT Mekar", "PT Sinar", "Kelas Jauh"))
    for query in ("status=submitted", "provinsi=33", "cari=pakaian"):
        shown = page(desk, f"/kementerian/mitra/?{query}")
        assert "PT Mekar" in shown and "PT Sinar" not in shown and "Kelas Jauh" not in shown, query
    assert "Kelas Jauh" not in page(desk, "/kementerian/mitra/?jenis=partner")
    csv = page(desk, "/kementerian/mitra/?unduh=csv")
    assert 'PT Mekar,Perusahaan,Sedang diperiksa,Pakaian jadi,"Kab. Demak, Jawa Tengah"' in csv


def test_the_list_costs_the_same_however_long(desk, mekar):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page(desk, "/kementerian/mitra/")
        return len(captured)

    asked()
    before = asked()
    for number in range(12):
        described(organisation(f"PT {number}"), nib=f"{number:013}")
    assert asked() == before <= 9


def test_readers_read_and_decide_nothing(mekar, owner):
    described(mekar)
    asked = submitted(mekar, owner, now=NOW)
    reader = signed_in(of_ministry("Wayan", Role.PROVINCIAL_OFFICER, provinces=["33"]))
    shown = page(reader, f"/kementerian/mitra/{mekar.pk}/")
    assert "PT Mekar" in shown and "/verifikasi/" not in shown and "/bukti/" not in shown
    decide = f"/kementerian/mitra/{mekar.pk}/verifikasi/{asked.pk}/"
    assert reader.post(decide, {"jawaban": "sahkan", "compared": "on"}).status_code == 404
    far = signed_in(of_ministry("Made", Role.PROVINCIAL_OFFICER, provinces=["35"]))
    assert far.get(f"/kementerian/mitra/{mekar.pk}/").status_code == 404
    assert "PT Mekar" not in page(far, "/kementerian/mitra/")


def test_a_company_is_registered_and_its_owner_invited(desk):
    form = {"kind": "partner", "name": "PT Baru", "owner_name": "Citra", "owner_email": "citra@contoh.id"}
    assert desk.post("/kementerian/mitra/baru/", form).status_code == 200
    offer = Invitation.objects.get()
    assert (offer.role, offer.organisation.name, mail.outbox[0].to) == ("partner_owner", "PT Baru", ["citra@contoh.id"])
    again = desk.post("/kementerian/mitra/baru/", form).content.decode()
    assert "Sudah ada" in again and 'value="Citra"' in again
    provider = desk.post("/kementerian/mitra/baru/", {**form, "kind": "provider", "name": "Kelas"})
    assert provider.status_code == 200 and not Organisation.objects.filter(name="Kelas").exists()
    chief = signed_in(of_ministry("Sari", Role.SUPER_ADMIN))
    chief.post("/kementerian/mitra/baru/", {**form, "kind": "provider", "name": "Kelas"})
    assert Organisation.objects.get(name="Kelas").kind == "provider"


def test_an_organisation_without_an_owner_gets_one(desk, mekar):
    assert "Tanpa pemilik" in page(desk, f"/kementerian/mitra/{mekar.pk}/")
    path = f"/kementerian/mitra/{mekar.pk}/pemilik/"
    assert "owner_email" in desk.post(path, {"owner_name": "Citra"}).content.decode()
    desk.post(path, {"owner_name": "Citra", "owner_email": "citra@contoh.id"})
    assert Invitation.objects.get().role == Role.PARTNER_OWNER
    kelas = organisation("Kelas", "provider")
    desk.post(f"/kementerian/mitra/{kelas.pk}/pemilik/", {"owner_name": "Citra", "owner_email": "c@contoh.id"})
    assert Invitation.objects.count() == 1, "providers are the chief administrators' to staff"


# ---------------------------------------------------------------- everybody


def test_the_public_list_is_honest_when_it_is_empty(hub_client):
    shown = page(hub_client, "/mitra/")
    assert "Belum ada perusahaan terverifikasi" in shown and "/mitra/daftar/" in shown
    assert "Tidak ada perusahaan yang cocok" in page(hub_client, "/mitra/?cari=x")


def test_the_public_list_shows_name_industry_place_and_since_when_and_no_more(hub_client, mekar, owner, official):
    described(mekar, website="https://mekar.co.id", contact_role="Kepala personalia")
    done = verified(mekar, owner, official, now=NOW)
    shown = page(hub_client, "/mitra/")
    for word in ("PT Mekar", "Pakaian jadi", "Kab. Demak, Jawa Tengah", "Diverifikasi", "https://mekar.co.id"):
        assert word in shown
    assert 'rel="noopener noreferrer nofollow"' in shown
    assert not any(word in shown for word in (WHOLE["nib"], "Jalan Contoh", "Ayu", "Ratna"))
    assert "PT Mekar" in page(hub_client, "/mitra/?cari=jadi&provinsi=33")
    assert "PT Mekar" not in page(hub_client, "/mitra/?provinsi=35")
    Verification.objects.filter(pk=done.pk).update(expires_at=NOW - timedelta(seconds=1))
    assert "PT Mekar" not in page(hub_client, "/mitra/")


def test_the_public_list_costs_the_same_however_long(hub_client, owner, official):
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(hub_client, "/mitra/")
        return len(captured)

    asked()
    before = asked()
    for number in range(10):
        company = organisation(f"PT {number}")
        described(company, nib=f"{number:013}")
        verified(company, owner, official, now=NOW)
    assert "PT 9" in page(hub_client, "/mitra/")
    assert asked() <= before + 1 <= 5


def test_a_name_with_signs_is_shown_as_words(hub_client, client, mekar, owner, official):
    described(mekar, name="PT <b>Mekar</b> & “Kawan”", about="<script>alert(1)</script>")
    verified(mekar, owner, official, now=NOW)
    for who, path in ((hub_client, "/mitra/"), (client, f"/mitra/{mekar.pk}/"), (client, f"/mitra/{mekar.pk}/profil/")):
        shown = page(who, path)
        assert "<b>Mekar" not in shown and "<script>alert" not in shown and "&lt;b&gt;Mekar" in shown


WISH = {"company": "PT Baru", "name": "Citra", "email": "Citra@contoh.id", "message": "Kami mau.", "agree": "on"}


def test_somebody_asks_to_join_and_is_invited(hub_client, desk):
    assert "dihapus enam bulan" in page(hub_client, "/mitra/daftar/")
    answer = hub_client.post("/mitra/daftar/", WISH)
    assert answer.url == "/mitra/daftar/terkirim/" and not mail.outbox
    assert "Terima kasih" in page(hub_client, answer.url)
    wish = JoinRequest.objects.get()
    assert "PT Baru" in page(desk, "/kementerian/mitra/permintaan/")
    assert desk.get("/kementerian/mitra/permintaan/?unduh=csv").status_code == 404
    path = f"/kementerian/mitra/permintaan/{wish.pk}/"
    assert "Kami mau." in page(desk, path)
    assert "citra@contoh.id" in desk.post(path, {"jawaban": "undang"}).content.decode()
    assert mail.outbox[0].to == ["citra@contoh.id"] and Invitation.objects.get().organisation.name == "PT Baru"


def test_without_consent_or_with_a_wrong_address_nothing_is_kept(hub_client):
    for change in ({"agree": ""}, {"email": "bukan"}, {"company": ""}, {"name": ""}):
        answer = hub_client.post("/mitra/daftar/", {**WISH, **change})
        assert answer.status_code == 200 and "Kami mau." in answer.content.decode()
    assert not JoinRequest.objects.exists()


def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(hub_client):
    assert hub_client.post("/mitra/daftar/", {**WISH, "pesan_lain": "x"}).url == "/mitra/daftar/terkirim/"
    assert not JoinRequest.objects.exists()


def test_the_answer_is_the_same_for_who_has_asked_before(hub_client):
    first, second = (hub_client.post("/mitra/daftar/", {**WISH, "message": text}) for text in ("satu", "dua"))
    assert first.url == second.url and first.content == second.content
    assert JoinRequest.objects.get().message == "satu"


@pytest.mark.parametrize(("limit", "let_in"), [("2/h/ip", 2), ("2/d/key", 4)])
def test_wishes_are_limited_by_place_and_by_address(hub_client, settings, limit, let_in):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "join_request": limit}
    emails = [f"{name}@contoh.id" for name in ("a", "a", "a", "b", "b", "b")]
    answers = [hub_client.post("/mitra/daftar/", {**WISH, "email": email}).status_code for email in emails]
    assert answers.count(302) == let_in and answers.count(429) == 6 - let_in


def test_all_wishes_together_are_limited(hub_client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "join_requests": "2/d/key"}
    answers = [hub_client.post("/mitra/daftar/", {**WISH, "email": f"{n}@contoh.id"}).status_code for n in range(3)]
    assert answers == [302, 302, 429] and JoinRequest.objects.count() == 2


def test_a_wish_is_refused_by_mail_or_forgotten_in_silence(hub_client, desk):
    hub_client.post("/mitra/daftar/", WISH)
    path = f"/kementerian/mitra/permintaan/{JoinRequest.objects.get().pk}/"
    assert "Alasan" in desk.post(path, {"jawaban": "tolak", "reason": ""}).content.decode() and not mail.outbox
    desk.post(path, {"jawaban": "tolak", "reason": "Ini bukan perusahaan."})
    assert mail.outbox[0].to == ["citra@contoh.id"] and "Ini bukan perusahaan." in mail.outbox[0].body
    assert desk.post(path, {"jawaban": "hapus"}).url == "/kementerian/mitra/permintaan/"
    assert not JoinRequest.objects.exists() and len(mail.outbox) == 1
    assert desk.get(path).status_code == 404


def test_a_company_that_is_there_already_is_not_taken_over_by_asking(hub_client, desk, mekar, owner):
    hub_client.post("/mitra/daftar/", {**WISH, "company": "pt mekar"})
    path = f"/kementerian/mitra/permintaan/{JoinRequest.objects.get().pk}/"
    assert "Sudah ada" in desk.post(path, {"jawaban": "undang"}).content.decode()
    assert not Invitation.objects.exists() and JoinRequest.objects.get().state == "open"


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.MENTOR, Role.DONOR])
def test_other_roles_of_the_ministry_read_no_wish(hub_client, role):
    hub_client.post("/mitra/daftar/", WISH)
    reader = signed_in(of_ministry("Made", role))
    path = f"/kementerian/mitra/permintaan/{JoinRequest.objects.get().pk}/"
    for one in (path, "/kementerian/mitra/permintaan/"):
        assert reader.get(one).status_code == 404
    assert reader.post(path, {"jawaban": "undang"}).status_code == 404


def test_a_profile_page_asks_the_database_a_few_times(client, mekar, owner, official):
    described(mekar)
    verified(mekar, owner, official, now=NOW)
    for path, most in (("", 12), ("profil/", 8), ("verifikasi/", 7), ("orang/", 6), ("jejak/", 8)):
        page(client, f"/mitra/{mekar.pk}/{path}")
        with CaptureQueriesContext(connection) as captured:
            page(client, f"/mitra/{mekar.pk}/{path}")
        assert len(captured) <= most, (path, [one["sql"][:90] for one in captured])
    assert PartnerProfile.objects.count() == 1
