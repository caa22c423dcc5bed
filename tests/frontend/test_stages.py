"""The pages of transformation: for mentor, ministry and centre, and for nobody else."""

import html
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM, Actor
from hub.centres import hosts
from hub.centres.models import Centre, State
from hub.programmes.models import Application, Cohort, Exit, Standing
from hub.selection import operations as selection
from hub.transformation import operations, queries
from hub.transformation.models import StageEvidence, StageRecord, StageState, Visit
from tests import pictures
from tests.frontend.staff import make, signed_in
from tests.programmes import NOW, make_assessors, score_all, selecting
from workflows import jobs

PDF = b"%PDF-1.7\n%%EOF"


def text(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return html.unescape(answer.content.decode())


@pytest.fixture
def cohort(centre: Centre, other_centre: Centre) -> Cohort:
    """Two centres, each with a space, are selected."""
    Centre.objects.exclude(pk__in=[centre.pk, other_centre.pk]).update(state=State.REGISTERED)
    Centre.objects.filter(pk=centre.pk).update(name="BLKK Uji 000")
    Centre.objects.filter(pk=other_centre.pk).update(name="BLKK Uji 001")
    make_assessors()
    made, _applications = selecting(count=2)
    round_ = selection.open_round(made, by=SYSTEM, now=NOW)
    score_all(round_)
    selection.rank(round_, by=SYSTEM, now=NOW)
    selection.publish(round_, by=SYSTEM, now=NOW)
    return made


@pytest.fixture
def application(cohort: Cohort, mentor: User) -> Application:
    """The centre in its first stage, accompanied."""
    operations.begin(cohort, by=SYSTEM, now=NOW)
    one = cohort.applications.get(centre__name="BLKK Uji 000")
    operations.give_mentor(one, mentor, by=SYSTEM, now=NOW)
    return Application.objects.select_related("centre", "cohort").get(pk=one.pk)


@pytest.fixture
def mentor(db) -> User:
    return make("Joko", Role.MENTOR)


@pytest.fixture
def desk(mentor: User) -> Client:
    return signed_in(mentor)


@pytest.fixture
def officer(db) -> Client:
    return signed_in(make("Hendra", Role.PROGRAMME_OFFICER))


@pytest.fixture
def head(centre: Centre) -> Client:
    return signed_in(make("Siti", Role.CENTRE_HEAD, centre=centre), hosts.host_of(centre.slug))


def page(application: Application, rest: str = "") -> str:
    return f"/kementerian/pendampingan/{application.pk}/{rest}"


def own(application: Application, rest: str = "tahap/") -> str:
    return f"/ruang/program/{application.pk}/{rest}"


def send(head: Client, application: Application, place: int, **said):
    return head.post(own(application, f"tahap/1/{place}/"), said)


def show(application: Application, place: int, amount: int) -> StageEvidence:
    stage = application.stages.get(number=1)
    shown = operations.show(stage, place, amount=amount, text="Ada.", paper=None, by=SYSTEM, now=timezone.now())
    return operations.check(shown, accepted=True, by=SYSTEM, now=timezone.now())


def run_jobs(task: str) -> None:
    for job in ProcrastinateJob.objects.filter(task_name=f"workflows.jobs.{task}"):
        getattr(jobs, task)(**job.args)


# ---------------------------------------------------------------- beginning, mentors, closing


def test_an_officer_begins_gives_mentors_and_cannot_close_too_early(cohort, officer, mentor):
    begin = f"/kementerian/gelombang/{cohort.pk}/tahap/mulai/"
    found = text(officer.get(begin))
    assert "“Teori” dimulai untuk 2 balai" in found and "2 balai belum punya pendamping" in found
    assert officer.post(begin).status_code == 302
    assert StageRecord.objects.filter(state=StageState.RUNNING).count() == 2
    assert "sudah dimulai" in text(officer.post(begin))
    board = f"/kementerian/gelombang/{cohort.pk}/tahap/"
    assert "2 balai belum punya pendamping" in text(officer.get(board))
    assert "2 balai belum punya pendamping" in text(officer.get("/kementerian/"))
    officer.post(f"{board}pendamping/", {"semua": "1", "saringan": "cari=000", "pendamping": str(mentor.pk)})
    [one] = queries.accompanied(mentor, today=NOW.date())
    assert one.centre.name == "BLKK Uji 000"
    other = queries.without_mentor(cohort).get()
    officer.post(f"{board}pendamping/", {"pilih": [str(other.pk), "x"], "pendamping": str(mentor.pk)})
    assert not queries.without_mentor(cohort)
    close = f"{board}tutup/"
    assert "2 balai masih berjalan" in text(officer.get(close))
    text(officer.post(close))
    cohort.refresh_from_db()
    assert cohort.state == "transforming"
    assert (
        officer.post(page(other, "keluar/"), {"exit": Exit.NO_STAFF, "note": "Instruktur pindah."}).status_code == 302
    )
    operations.leave(one, exit=Exit.ABSENT, note="Tidak hadir.", by=SYSTEM, now=NOW)
    assert officer.post(close).status_code == 302
    cohort.refresh_from_db()
    assert cohort.state == "closed"


def test_who_is_no_mentor_is_given_no_centre(application, officer):
    stranger = make("Dewi", Role.ASSESSOR)
    answer = officer.post(page(application, "pendamping/"), {"mentor": str(stranger.pk)})
    assert answer.status_code == 200
    answer = officer.post(
        f"/kementerian/gelombang/{application.cohort_id}/tahap/pendamping/",
        {"pilih": str(application.pk), "pendamping": str(stranger.pk)},
    )
    application.mentorship.refresh_from_db()
    assert application.mentorship.mentor_id != stranger.pk


def test_the_board_is_filtered_and_costs_the_same_however_many(application, officer, django_assert_max_num_queries):
    board = f"/kementerian/gelombang/{application.cohort_id}/tahap/"
    send_one = application.stages.get()
    operations.show(send_one, 0, amount=1, text="Ada.", paper=None, by=SYSTEM, now=NOW)
    with django_assert_max_num_queries(20):
        found = text(officer.get(board))
    assert "BLKK Uji 000" in found and "BLKK Uji 001" in found and "1 bukti" in found
    for query in ("menunggu=bukti", "tahap=1&cari=000", f"pendamping={application.mentorship.mentor_id}"):
        found = text(officer.get(f"{board}?{query}"))
        assert "BLKK Uji 000" in found and "BLKK Uji 001" not in found, query
    assert "BLKK Uji 000" not in text(officer.get(f"{board}?pendamping=tanpa"))
    assert "BLKK Uji 000" in officer.get(f"{board}?unduh=csv").content.decode()


# ---------------------------------------------------------------- evidence and signatures


def test_evidence_goes_to_the_mentor_and_back_and_two_people_sign(application, head, desk, officer):
    assert "Sesi" in text(head.get(own(application)))
    pdf = SimpleUploadedFile("daftar hadir.pdf", PDF)
    assert send(head, application, 0, amount="3", text="", paper=pdf).status_code == 302
    run_jobs("tell_of_evidence")
    assert [one.to for one in mail.outbox] == [["joko@contoh.id"]] and "Sesi" in mail.outbox[0].body
    evidence = StageEvidence.objects.get()
    assert "1 bukti menunggu Anda" in text(desk.get("/kementerian/"))
    assert "Periksa 1 bukti" in text(desk.get("/kementerian/pendampingan/"))
    check = page(application, f"periksa/{evidence.pk}/")
    desk.post(check, {"jawaban": "kembalikan", "comment": " "})
    evidence.refresh_from_db()
    assert evidence.state == "sent"
    desk.post(check, {"jawaban": "kembalikan", "comment": "Tanggalnya tidak terbaca."})
    run_jobs("tell_of_returned_evidence")
    assert mail.outbox[-1].to == ["siti@contoh.id"] and "Tanggalnya tidak terbaca." in mail.outbox[-1].body
    today = text(head.get("/ruang/"))
    assert "1 bukti dikembalikan" in today and own(application) in today
    assert "Tanggalnya tidak terbaca." in text(head.get(own(application, "tahap/1/0/")))
    send(head, application, 0, amount="3", text="Dengan tanggal.")
    assert "dikembalikan" not in text(head.get("/ruang/"))
    send(head, application, 1, text="Rencana.")
    for piece in StageEvidence.objects.filter(state="sent"):
        desk.post(page(application, f"periksa/{piece.pk}/"), {"jawaban": "terima"})
    sign = page(application, "tahap/1/tanda-tangan/")
    assert "1 · Teori" in text(desk.get(page(application)))
    desk.post(sign)
    desk.post(sign)
    assert application.stages.get().state == StageState.RUNNING
    assert "1 tahap menunggu tanda tangan kedua" in text(officer.get("/kementerian/"))
    officer.post(sign)
    application.refresh_from_db()
    assert application.standing == Standing.COMPLETED
    assert "Selesai. Selamat!" in text(head.get(own(application)))
    assert "Tahap ini sudah selesai" in text(head.get(own(application, "tahap/1/0/")))


def test_evidence_says_what_is_missing_and_keeps_what_was_typed(application, head):
    found = text(send(head, application, 1, text=" "))
    assert "Ceritakan" in found and not StageEvidence.objects.exists()
    found = text(send(head, application, 0, amount="0", text="Sesi pertama"))
    assert "Sesi pertama" in found and not StageEvidence.objects.exists()
    script = SimpleUploadedFile("x.pdf", b"<script>alert(1)</script>")
    assert "Pilih" in text(send(head, application, 1, paper=script))
    assert head.get(own(application, "tahap/1/2/")).status_code == 404


def test_who_runs_programmes_ends_a_stage_and_mentors_do_not(application, desk, officer, head):
    fail = page(application, "tahap/1/gagal/")
    assert desk.get(fail).status_code == desk.post(fail, {"reason": "Tidak hadir."}).status_code == 404
    assert "Langkah ini tidak bisa dibatalkan." in text(officer.get(fail))
    assert officer.post(fail, {"reason": "Tidak hadir sama sekali."}).status_code == 302
    assert "Tidak hadir sama sekali." in text(head.get(own(application)))
    assert "Tidak hadir sama sekali." in text(desk.get(page(application)))


# ---------------------------------------------------------------- visits


def test_a_visit_with_photos_and_agreed_actions(application, desk, head):
    today = timezone.localdate()
    late = (today - timedelta(days=2)).isoformat()
    said = {
        "visited_on": (today - timedelta(days=9)).isoformat(), "seen": "16 hadir.", "action_0": "Pasang modem",
        "due_0": late, "photos": [SimpleUploadedFile(f"{n}.png", pictures.plain(kind="PNG")) for n in range(2)],
    }  # fmt: skip
    assert desk.post(page(application, "kunjungan/catat/"), said).status_code == 302
    visit = Visit.objects.get()
    assert visit.photos.count() == 2
    desk.post(
        page(application, f"kunjungan/{visit.pk}/foto/"),
        {"photo": SimpleUploadedFile("3.png", pictures.plain(kind="PNG"))},
    )
    assert visit.photos.count() == 3
    photo = visit.photos.first()
    for client, url in (
        (desk, page(application, f"foto/{photo.file}")),
        (head, own(application, f"foto/{photo.file}")),
    ):
        answer = client.get(url)
        assert answer.status_code == 200 and answer["Content-Type"] == "image/webp"
        assert "no-store" in answer["Cache-Control"]
    assert "1 kesepakatan dengan pendamping terlambat" in text(head.get("/ruang/"))
    assert "terlambat 2 hari" in text(head.get(own(application)))
    action = visit.actions.get()
    assert head.post(own(application, f"tindakan/{action.pk}/"), {"selesai": "1"}).status_code == 302
    assert "kesepakatan" not in text(head.get("/ruang/"))
    desk.post(page(application, f"tindakan/{action.pk}/"), {"selesai": "0"})
    action.refresh_from_db()
    assert action.done_at is None


def test_a_visit_says_what_is_missing(application, desk):
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    note = page(application, "kunjungan/catat/")
    found = text(desk.post(note, {"visited_on": tomorrow, "seen": "16 hadir.", "action_0": "Modem"}))
    assert "Catat kunjungan setelah terjadi." in found and "Sampai kapan?" in found and "16 hadir." in found
    many = [SimpleUploadedFile(f"{n}.png", pictures.plain(kind="PNG")) for n in range(7)]
    found = text(desk.post(note, {"visited_on": timezone.localdate().isoformat(), "seen": "Ada.", "photos": many}))
    assert "paling banyak 6 foto" in found
    assert not Visit.objects.exists()


# ---------------------------------------------------------------- maturity and class


def test_maturity_and_class(application, desk, head):
    levels = {"competence": 1, "programme": 1, "materials": 0, "assessment": 2, "staff": 1, "facilities": 2,
              "governance": 1}  # fmt: skip
    assert "Pilih tingkat untuk setiap standar." in text(desk.post(page(application, "kematangan/sebelum/"), levels))
    levels["finance"] = 0
    assert desk.post(page(application, "kematangan/sebelum/"), levels).status_code == 302
    after = {name: level + 2 for name, level in levels.items()}
    desk.post(page(application, "kematangan/sesudah/"), after | {"note": "Maju pesat."})
    for found in (text(desk.get(page(application, "kematangan/"))), text(head.get(own(application)))):
        assert '"kind": "radar"' in found and "1,0 → 3,0" in found and "Maju pesat." in found
    assert desk.get(page(application, "kematangan/nanti/")).status_code == 404
    kelas = page(application, "kelas/")
    desk.post(kelas, {"maturity_class": "berkembang", "evidence": "Dua perusahaan membiayai."})
    application.centre.refresh_from_db()
    assert application.centre.maturity_class == "berkembang"
    assert "Dua perusahaan membiayai." in text(desk.get(kelas))


# ---------------------------------------------------------------- nobody else


@pytest.fixture
def full(application: Application, desk: Client, head: Client) -> Application:
    """With a file of evidence and a photo."""
    send(head, application, 1, text="Rencana rahasia", paper=SimpleUploadedFile("r.pdf", PDF))
    said = {"visited_on": timezone.localdate().isoformat(), "seen": "Catatan rahasia",
            "photos": SimpleUploadedFile("1.png", pictures.plain(kind="PNG"))}  # fmt: skip
    desk.post(page(application, "kunjungan/catat/"), said)
    return application


def pages_of(application: Application) -> list[str]:
    evidence, photo = StageEvidence.objects.get(), Visit.objects.get().photos.get()
    sides = ("", "kunjungan/", "kematangan/", "kelas/", f"bukti/{evidence.file}", f"foto/{photo.file}")
    return [page(application, side) for side in sides]


@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [
        (Role.MENTOR, {}, 404), (Role.ASSESSOR, {}, 404), (Role.DONOR, {}, 404),
        (Role.PROVINCIAL_OFFICER, {"provinces": ["11"]}, 404), (Role.PROVINCIAL_OFFICER, {"provinces": ["32"]}, 200),
        (Role.PROGRAMME_OFFICER, {}, 200), (Role.SUPER_ADMIN, {}, 200),
    ],
)  # fmt: skip
def test_who_of_the_ministry_sees_a_centre_and_its_files(role, scope, status, full):
    client = signed_in(make("Wayan", role, **scope))
    assert {client.get(url).status_code for url in pages_of(full)} == {status}
    writes = role in (Role.PROGRAMME_OFFICER, Role.SUPER_ADMIN)
    evidence = StageEvidence.objects.get()
    for url in (page(full, f"periksa/{evidence.pk}/"), page(full, "tahap/1/tanda-tangan/")):
        assert client.post(url, {"jawaban": "terima"}).status_code == (302 if writes else 404)
    assert client.get(page(full, "kunjungan/catat/")).status_code == (200 if writes else 404)
    board = client.get(f"/kementerian/gelombang/{full.cohort_id}/tahap/")
    if role in (Role.MENTOR, Role.ASSESSOR, Role.DONOR):
        assert board.status_code == 404
    else:
        assert ("BLKK Uji 000" in text(board)) == (status == 200)


def test_a_mentor_loses_sight_of_a_centre_that_is_given_to_another(full, desk):
    assert {desk.get(url).status_code for url in pages_of(full)} == {200}
    operations.give_mentor(full, make("Baru", Role.MENTOR), by=SYSTEM, now=NOW)
    assert {desk.get(url).status_code for url in pages_of(full)} == {404}
    assert "BLKK Uji 000" not in text(desk.get("/kementerian/pendampingan/"))


def test_another_centre_sees_nothing(full, other_centre, head, hub_client):
    evidence, photo, pages = StageEvidence.objects.get(), Visit.objects.get().photos.get(), pages_of(full)
    action = operations.note_visit(
        full, visited_on=NOW.date(), seen="Ada.", actions=[("Modem", NOW.date())], by=Actor(None, "x"), now=NOW
    ).actions.get()
    urls = [own(full), own(full, "tahap/1/0/"), own(full, f"bukti/{evidence.file}"), own(full, f"foto/{photo.file}")]
    assert [head.get(url).status_code for url in urls] == [200] * 4
    other = signed_in(make("Tono", Role.CENTRE_HEAD, centre=other_centre), hosts.host_of(other_centre.slug))
    assert [other.get(url).status_code for url in urls] == [404] * 4
    assert other.post(own(full, f"tindakan/{action.pk}/"), {"selesai": "1"}).status_code == 404
    assert send(other, full, 0, amount="1", text="x").status_code == 404
    # Nor by the other centre's own application with this one's files.
    theirs = full.cohort.applications.get(centre=other_centre)
    for rest in (f"bukti/{evidence.file}", f"foto/{photo.file}"):
        assert other.get(own(theirs, rest)).status_code == 404
    assert other.post(own(theirs, f"tindakan/{action.pk}/"), {"selesai": "1"}).status_code == 404
    assert "rahasia" not in text(other.get(own(theirs)))
    # A file of the hub is no file of the centre's public page, and strangers are sent to sign in.
    assert head.get(f"/berkas/{photo.file}").status_code == 404
    assert {hub_client.get(url).status_code for url in pages} == {302}


def test_instructors_read_and_do_not_write(full, centre):
    instructor = signed_in(make("Budi", Role.INSTRUCTOR, centre=centre), hosts.host_of(centre.slug))
    found = text(instructor.get(own(full)))
    assert "Rencana rahasia" in found and "tahap/1/0/" not in found
    assert send(instructor, full, 0, amount="1", text="x").status_code == 404


def test_the_pages_cost_the_same_however_much_there_is(full, desk, head, django_assert_max_num_queries):
    for number in range(5):
        operations.show(full.stages.get(), 0, amount=1, text=f"Sesi {number}", paper=None, by=SYSTEM, now=NOW)
        operations.note_visit(
            full, visited_on=NOW.date(), seen="Ada.", actions=[("Modem", NOW.date())], by=SYSTEM, now=NOW
        )
    for client, url, most in (
        (desk, "/kementerian/pendampingan/", 8), (desk, page(full), 12), (desk, page(full, "kunjungan/"), 12),
        (head, own(full), 17), (head, "/ruang/", 17),
    ):  # fmt: skip
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200
