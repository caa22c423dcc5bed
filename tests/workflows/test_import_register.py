"""Importing a register: every row has an outcome with a reason, and a bad file changes nothing."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from fleet.models import Run
from hub.centres.models import Centre, VocationalField
from workflows.import_register import import_register

HEADER = "register_id,name,institution_type,established,condition,village,province,regency,sectors,vocational_fields"
MEMORY_LIMIT = 150  # megabytes for the whole process, of which Django takes half; the hostile line is 100


def row(
    register_id="r1", name="BLKK AL HUDA", kind="BLK KOMUNITAS", province="JAWA TIMUR", regency="KAB. BLITAR", **more
):
    cells = {
        "established": "2020",
        "condition": "operational",
        "village": "Sumber",
        "sectors": "JASA",
        "fields": "TATA BOGA",
    }
    cells |= more
    return [
        register_id, name, kind, cells["established"], cells["condition"], cells["village"], province, regency,
        cells["sectors"], cells["fields"],
    ]  # fmt: skip


@pytest.fixture
def register(tmp_path):
    """Writes a register and gives its path."""

    def write(*rows, header=HEADER, encoding="utf-8", delimiter=",") -> Path:
        path = tmp_path / "register.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            file.write(header.replace(",", delimiter) + "\r\n")
            csv.writer(file, delimiter=delimiter).writerows(rows)
        return path

    return write


@pytest.fixture
def outcomes(db, tmp_path, register):
    """Imports rows and gives the report as dictionaries."""

    def run(*rows, **how) -> list[dict[str, str]]:
        report = tmp_path / "report.csv"
        import_register(register(*rows, **how), report=report)
        with report.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return run


def imported() -> Centre:
    return Centre.objects.exclude(register_id=None).get()


# ---------------------------------------------------------------- one row, one outcome


def test_a_community_centre_is_created(outcomes):
    (report,) = outcomes(row())
    centre = imported()
    assert (report["outcome"], report["code"], report["slug"]) == ("created", centre.code, centre.slug)
    assert (centre.name, str(centre.regency), centre.village, centre.established) == (
        "BLKK Al Huda", "Kab. Blitar", "Sumber", 2020,
    )  # fmt: skip
    assert [field.code for field in centre.fields.all()] == ["tata-boga"]
    assert (centre.slug, centre.state, centre.is_demo) == ("al-huda", "registered", False)


@pytest.mark.parametrize(
    ("cells", "outcome", "reason"),
    [
        ({"kind": "LPK SWASTA"}, "skipped", "LPK SWASTA"),
        ({"kind": ""}, "skipped", ""),
        ({"register_id": ""}, "rejected", "belum diisi"),
        ({"name": "null"}, "rejected", ""),
        ({"name": "…"}, "rejected", ""),
        ({"name": "=cmd|' /C calc'!A1"}, "rejected", "name"),
        ({"village": "=1+1"}, "rejected", "village"),
        ({"province": "ATLANTIS"}, "rejected", "ATLANTIS"),
        ({"regency": "KAB. ATLANTIS"}, "rejected", "ATLANTIS"),
        ({"province": "BALI"}, "rejected", "BLITAR"),
        ({"register_id": "x" * 65}, "rejected", ""),
        ({"name": "A" * 201}, "rejected", ""),
    ],
)
def test_a_row_that_cannot_be_taken_says_why_and_hinders_no_other(outcomes, cells, outcome, reason):
    bad, good = outcomes(row(**cells), row("r2", "BLKK LAIN"))
    assert bad["outcome"] == outcome
    assert reason in bad["reason"]
    assert bad["reason"]
    assert good["outcome"] == "created"
    assert imported().register_id == "r2"


def test_an_id_or_a_name_that_stands_twice(outcomes):
    first, same_id, same_name, elsewhere = outcomes(
        row("r1", "BLKK AL HUDA"),
        row("r1", "BLKK LAIN"),
        row("r2", "BLKK AL-HUDA"),
        row("r3", "BLKK AL HUDA", regency="KOTA BLITAR"),
    )
    assert [one["outcome"] for one in (first, same_id, same_name, elsewhere)] == [
        "created", "rejected", "rejected", "created",
    ]  # fmt: skip
    assert "2" in same_id["reason"]  # the line of the first
    assert "r1" in same_name["reason"]
    assert elsewhere["slug"] != first["slug"]


def test_rows_with_too_many_or_too_few_cells(outcomes):
    long, short, good = outcomes([*row(), "lebih"], row()[:-1], row("r2"))
    assert [one["outcome"] for one in (long, short, good)] == ["rejected", "rejected", "created"]
    assert "11" in long["reason"]
    assert "9" in short["reason"]


def test_odd_letters_are_normalised_and_the_original_is_kept(outcomes):
    spelled = "BLKĶ\xa0ROUDLOTUL  QUR`AN"
    outcomes(row(name=spelled, village="null", established="null"))
    centre = imported()
    assert (centre.name, centre.village, centre.established) == ("BLKK Roudlotul Qur'an", "", None)
    assert centre.register_spelling["name"] == spelled


@pytest.mark.parametrize("year", ["0", "1899", "3000", "dua ribu", "-2020", "20 20", "2020.0"])
def test_a_year_that_cannot_be_is_no_year(outcomes, year):
    (report,) = outcomes(row(established=year))
    assert report["outcome"] == "created"
    assert imported().established is None


def test_fields_are_mapped_once_each_and_new_ones_are_added(outcomes):
    outcomes(row(fields="PROCESSING, tata boga,TATA BOGA, RAJUT TRADISIONAL"))
    assert sorted(imported().fields.values_list("code", flat=True)) == ["processing", "rajut-tradisional", "tata-boga"]
    assert VocationalField.objects.get(pk="rajut-tradisional").name == "Rajut Tradisional"


def test_the_report_is_harmless_to_a_spreadsheet(outcomes):
    (report,) = outcomes(row(name="=HYPERLINK(1)", register_id="@SUM(1)"))
    assert report["name"].startswith("'=")
    assert report["register_id"].startswith("'@")


# ---------------------------------------------------------------- the same again


def test_running_it_again_changes_nothing(outcomes):
    rows = [row(f"r{n}", f"BLKK CENTRE {n}") for n in range(30)]
    outcomes(*rows)
    before = list(Centre.objects.order_by("id").values())
    assert {one["outcome"] for one in outcomes(*rows)} == {"unchanged"}
    assert list(Centre.objects.order_by("id").values()) == before


def test_a_changed_row_updates_what_changed_and_keeps_the_address(outcomes):
    outcomes(row())
    Centre.objects.filter(register_id="r1").update(village="Diperbaiki balai sendiri")
    (report,) = outcomes(row(name="BLKK AL HUDA BARU", fields="PERIKANAN"))
    centre = imported()
    assert report["outcome"] == "updated"
    assert (centre.name, centre.slug) == ("BLKK Al Huda Baru", "al-huda")
    assert centre.village == "Diperbaiki balai sendiri"  # the register did not spell it anew
    assert [field.code for field in centre.fields.all()] == ["perikanan"]


def test_ids_codes_and_addresses_follow_from_the_file_alone(outcomes):
    rows = [row(f"r{n}", "BLKK AL HUDA", regency=regency) for n, regency in enumerate(["KAB. BLITAR", "KOTA BLITAR"])]
    first = [(one["code"], one["slug"]) for one in outcomes(*rows)]
    Centre.objects.exclude(register_id=None).delete()
    assert [(one["code"], one["slug"]) for one in outcomes(*rows)] == first


def test_an_invented_demo_centre_blocks_no_real_one(outcomes, centre):
    Centre.objects.filter(pk=centre.pk).update(is_demo=True)
    (report,) = outcomes(row(name=centre.name.upper(), province="JAWA BARAT", regency="KAB. GARUT"))
    assert report["outcome"] == "created"


def test_a_dry_run_says_the_same_and_changes_nothing(db, register):
    path = register(row(), row("r2", kind="LPK"), row("r3", regency="?"))
    dry = import_register(path, dry_run=True)
    assert Centre.objects.exclude(register_id=None).count() == 0
    assert import_register(path).counts == dry.counts


def test_statements_grow_with_chunks_not_with_rows(db, register, django_assert_max_num_queries):
    path = register(*(row(f"r{n}", f"BLKK CENTRE {n}") for n in range(400)))
    with django_assert_max_num_queries(45):
        import_register(path)


# ---------------------------------------------------------------- people's contacts


def test_personal_contacts_are_stored_nowhere(outcomes):
    header = f"{HEADER},phone,email,contact_person,nama_pimpinan"
    secrets = ["081298765432", "rahasia@contoh.id", "Siti Rahasia", "Kiai Rahasia"]
    (report,) = outcomes([*row(), *secrets], header=header)
    assert report["outcome"] == "created"
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            stored = " ".join(text for (text,) in cursor.fetchall())
            for secret in secrets:
                assert secret not in stored, table


# ---------------------------------------------------------------- files as they come


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(outcomes, encoding, delimiter):
    (report,) = outcomes(row(name="BLKK SA’ADAH É"), encoding=encoding, delimiter=delimiter)
    assert report["outcome"] == "created"
    assert imported().name == "BLKK Sa'adah E"


def test_headings_in_other_words(outcomes):
    header = (
        "ID Lembaga,NAMA LEMBAGA,Jenis_Lembaga,Tahun Berdiri,Kondisi,Desa/Kelurahan,Provinsi,Kab/Kota,Sektor,Kejuruan"
    )
    (report,) = outcomes(row(), header=header)
    assert report["outcome"] == "created"
    assert imported().village == "Sumber"


def _refused(path) -> str:
    """The one line with which the command refuses a file."""
    with pytest.raises(CommandError) as refusal:
        call_command("import_register", path)
    message = str(refusal.value)
    assert "\n" not in message
    assert not Centre.objects.exclude(register_id=None).exists()
    assert not Run.objects.exists()
    return message


@pytest.mark.parametrize(
    ("content", "clue"),
    [
        (b"", "kosong"),
        (HEADER.encode() + b"\n", "tanpa isi"),
        (HEADER.encode("utf-16") + b"\n", "UTF-16"),
        (b"PK\x03\x04" + bytes(50), "lembar kerja"),
        (HEADER.encode() + b"\nr1,a\0b\n", "nol"),
        (b"register_id,name\n1,BLKK\n", "institution_type, province, regency"),
        (b"\xef\xbb\xbf" + HEADER.encode() + b"\n\xff\xfe,\n", "baris 2"),
        (HEADER.encode() + "\nr1,BLKK É\n".encode() + b"r2,BLKK \xc9\n", "baris 3"),
        (HEADER.encode() + b"\nr1,BLKK \x81\n", "bukan UTF-8"),
        (HEADER.encode() + b'\nr1,"BLKK' + b"x" * 200_000 + b"\n", "baris 2"),
        (b"\n\n\n", ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(db, tmp_path, content, clue):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    assert clue.lower() in _refused(path).lower()


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_path_that_is_no_file_is_refused_in_one_line(db, tmp_path, name):
    assert name.strip(".") in _refused(tmp_path / name)


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_imported(db, register, tmp_path):
    with pytest.raises(CommandError):
        call_command("import_register", register(row()), report=tmp_path / "no" / "folder.csv")
    assert not Centre.objects.exclude(register_id=None).exists()


def test_a_line_of_100_megabytes_is_refused_without_filling_the_memory(own_database, tmp_path):
    path = tmp_path / "hostile.csv"
    with path.open("wb") as file:
        file.write(HEADER.encode() + b"\n")
        for _megabyte in range(100):
            file.write(b"x" * 1_000_000)
    script = (
        "import sys; from django.core.management import execute_from_command_line as run\n"
        "sys.path[:0] = ['.', 'platform']\n"
        "try:\n    run(sys.argv)\n"
        "finally:\n    print([line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line][0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "import_register", str(path)],
        env={**own_database.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert int(done.stdout.split()[-1]) // 1024 < MEMORY_LIMIT
