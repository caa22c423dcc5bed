"""The system page: for the chief administrators alone, whole and in part, and what its buttons do."""

import uuid

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from fleet.models import Run, SetAside
from hub.accounts.roles import Role
from hub.audit.models import Entry
from workflows.models import JobFailure

from .staff import NOW, make, signed_in

PAGE = "/kementerian/sistem/"


@pytest.fixture
def chief(db):
    return signed_in(make("Ratna", Role.SUPER_ADMIN))


def put(*states: str, task: str = "workflows.jobs.verify_trail") -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', %s, %s) RETURNING id",
            [task, '{"orang": "Siti Rahasia"}'],
        )
        [(job_id,)] = cursor.fetchall()
        for state in states:
            cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [state, job_id])
    return job_id


def test_the_page_says_how_all_is_and_nothing_of_people(chief, django_assert_max_num_queries):
    failed, waiting = put("doing", "failed"), put(task="builtin:procrastinate.builtin_tasks.remove_old_jobs")
    JobFailure.objects.create(job_id=failed, error="psycopg.OperationalError", place="workflows.jobs:55", at=NOW)
    Run.objects.create(kind=Run.Kind.IMPORT, total=3172, done=1819, state=Run.State.DONE, finished_at=NOW)
    with django_assert_max_num_queries(14):
        page = chief.get(PAGE).content.decode()
    for words in ("Memeriksa jejak audit", "psycopg.OperationalError", "workflows.jobs:55", "Merapikan tugas", "1.819"):
        assert words in page
    assert "Siti Rahasia" not in page, "what a job carries is not shown"
    assert f"/kementerian/sistem/tugas/{failed}/ulangi/" in page
    assert f"/kementerian/sistem/tugas/{waiting}/ulangi/" not in page
    assert f"/kementerian/sistem/tugas/{waiting}/lepas/" in page


def test_an_empty_platform_has_a_page_too(chief):
    page = chief.get(PAGE).content.decode()
    assert "Belum ada proses" in page and 'id="gagal"' not in page


def test_htmx_gets_the_part_that_shows_itself_anew(chief):
    answer = chief.get(PAGE, headers={"HX-Request": "true"})
    part = answer.content.decode()
    assert part.lstrip().startswith('<div id="sistem"') and "<html" not in part
    assert 'hx-trigger="every 5s"' in part
    assert "HX-Request" in answer["Vary"] and "no-store" in answer["Cache-Control"]


def test_a_failed_job_is_run_again_or_let_go_and_the_trail_says_by_whom(chief):
    again, gone = put("doing", "failed"), put("doing", "failed")
    page = chief.post(f"{PAGE}tugas/{again}/ulangi/", follow=True).content.decode()
    assert "Tugas masuk antrean lagi." in page
    page = chief.post(f"{PAGE}tugas/{gone}/lepas/", follow=True).content.decode()
    assert "Tugas tidak akan dijalankan." in page
    assert [ProcrastinateJob.objects.get(pk=pk).status for pk in (again, gone)] == ["todo", "cancelled"]
    assert {(e.action, e.object_id, e.actor_name) for e in Entry.objects.filter(object_type="job")} == {
        ("job.run_again", str(again), "Ratna"),
        ("job.let_go", str(gone), "Ratna"),
    }
    assert "sudah tidak ada" in chief.post(f"{PAGE}tugas/{gone}/lepas/", follow=True).content.decode()


@pytest.mark.parametrize("role", [Role.PROGRAMME_OFFICER, Role.DONOR])
def test_nobody_else_touches_a_job(role, db):
    job_id = put("doing", "failed")
    client = signed_in(make("Orang", role))
    for address in (f"{PAGE}tugas/{job_id}/ulangi/", f"{PAGE}tugas/{job_id}/lepas/"):
        assert client.post(address).status_code == 404
    assert ProcrastinateJob.objects.get(pk=job_id).status == "failed"


def test_a_run_shows_its_report_and_what_was_set_aside_scrubbed(chief):
    run = Run.objects.create(
        kind=Run.Kind.IMPORT,
        state=Run.State.FAILED,
        finished_at=NOW,
        report={"rows": {"created": 1819, "rejected": 4}, "reasons": [["rejected", "Nama <kosong>", 4]]},
    )
    error = "duplicate key siti@contoh.id\nDETAIL: Key (email)=(rahasia)"
    SetAside.objects.create(run=run, schema_name="c_abcd1234", error=error)
    page = chief.get(f"{PAGE}proses/{run.pk}/").content.decode()
    assert "1.819" in page and "Nama &lt;kosong&gt;" in page and "c_abcd1234" in page
    assert "siti@contoh.id" not in page and "rahasia" not in page
    assert chief.get(f"{PAGE}proses/{uuid.uuid4()}/").status_code == 404
