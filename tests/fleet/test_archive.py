"""One centre in one file: out, erased, back in, with every row; and no other centre notices."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fleet import archive, migrate
from fleet.recording import record
from fleet.replay import into_new_schema
from hub.centres import operations as centres
from hub.centres.models import Centre, State
from kernel import database, files, schema, uploads
from tenants.site import operations, queries
from tests import pictures
from workflows import moving, onboarding

from .describe import content, fleet_schemas, whole

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
AWKWARD = "Baris\nbaru\ttab \\N \\. “kutip” ' \" , ; é 漢字 🧵 \u00a0"


@pytest.fixture
def melati(own_database):
    return Centre.objects.get(name="BLKK Melati Garut")


@pytest.fixture
def kenanga(own_database):
    return Centre.objects.get(name="BLKK Kenanga Blitar")


@pytest.fixture
def filled(melati, kenanga):
    """Both centres with rows of their own; two thousand pieces of news and some deleted ones in the first."""
    for centre, word in ((melati, "melati"), (kenanga, "kenanga")):
        with schema.centre(centre):
            operations.describe(about=f"{word} {AWKWARD}", address="", whatsapp="6281234567890", now=NOW)
            operations.show_photo(uploads.picture(io.BytesIO(pictures.plain())), alt=word, now=NOW)
            for number in range(20):
                operations.announce(title=f"{word} {number}", body=AWKWARD, now=NOW + timedelta(hours=number))
    with database.connect(application_name="test") as plain:
        plain.execute(
            f"INSERT INTO {melati.schema_name}.site_announcement (title, body, published_at) "
            "SELECT 'n' || n, repeat('x', n), now() - n * interval '1 hour' FROM generate_series(1, 2000) n"
        )
        plain.execute(f"DELETE FROM {melati.schema_name}.site_announcement WHERE id > 2000")
    return melati


@pytest.fixture
def export(filled, tmp_path):
    path = tmp_path / "melati.zip"
    moving.export_centre(filled, path, now=NOW)
    return path


def rewritten(path, change):
    """The export with members changed: ``change`` gets name and bytes and gives other bytes, or None for none."""
    altered = path.with_name(f"altered-{path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            if (data := change(name, old.read(name))) is not None:
                new.writestr(name, data)
    return altered


def test_export_erase_import_gives_back_every_row(filled, kenanga, export, plain):
    before = whole(plain, filled.schema_name), content(plain, filled.schema_name)
    others = {name: content(plain, name) for name in fleet_schemas(plain) if name != filled.schema_name}
    moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)
    assert fleet_schemas(plain) == sorted(others)
    back = moving.import_centre(export, now=NOW)
    assert (whole(plain, back.schema_name), content(plain, back.schema_name)) == before
    assert before[1]["site_announcement"][0] == 2000
    assert {name: content(plain, name) for name in others} == others
    with schema.centre(back):
        assert queries.home().profile.about == f"melati {AWKWARD}"


def test_numbers_of_rows_go_on_where_they_were(filled, export, plain):
    moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)
    back = moving.import_centre(export, now=NOW)
    with schema.centre(back):
        new = operations.announce(title="Baru", body="…", now=NOW)
    assert new.id == 2021  # 2,020 were given out, the last ones to rows that are gone


def test_two_exports_of_the_same_rows_have_the_same_checksum(filled, export, tmp_path):
    again = moving.export_centre(filled, tmp_path / "again.zip", now=NOW + timedelta(days=1))
    assert again.content == archive.read_manifest(export).content
    with schema.centre(filled):
        operations.announce(title="Satu lagi", body="…", now=NOW)
    assert moving.export_centre(filled, tmp_path / "later.zip", now=NOW).content != again.content


def test_the_manifest_tells_rows_and_version(filled, export):
    manifest = archive.read_manifest(export)
    assert {name: table.rows for name, table in manifest.tables.items()} == {
        "site_announcement": 2000,
        "site_document": 0,
        "site_profile": 1,
    }
    assert ("site", "0001_initial") in manifest.migrations
    assert manifest.subject["code"] == filled.code


def test_the_erased_centre_leaves_a_tombstone(filled, export, client_for):
    erased = moving.erase_centre(filled, export=export, typed_code=f" {filled.code.upper()} ", now=NOW)
    assert erased.state == State.ERASED
    assert erased.tombstone == archive.read_manifest(export).content
    assert client_for(filled).get("/").status_code == 410


def test_an_erased_centre_comes_back_at_its_old_address(filled, export, client_for):
    moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)
    back = moving.import_centre(export, now=NOW)
    assert (back.code, back.slug, back.tombstone) == (filled.code, filled.slug, "")
    assert "melati 19" in client_for(back).get("/").content.decode()


def test_a_server_in_another_time_zone_changes_nothing(own_database, filled, plain, tmp_path):
    """The rows are the same whatever the server's settings for showing them are."""
    before = content(plain, filled.schema_name)
    first = moving.export_centre(filled, tmp_path / "utc.zip", now=NOW)
    plain.execute(f"ALTER DATABASE {own_database.name} SET timezone TO 'Asia/Jakarta'")
    plain.execute(f"ALTER DATABASE {own_database.name} SET datestyle TO 'SQL, DMY'")
    second = moving.export_centre(filled, tmp_path / "jakarta.zip", now=NOW)
    assert first.content == second.content
    moving.erase_centre(filled, export=tmp_path / "jakarta.zip", typed_code=filled.code, now=NOW)
    moving.import_centre(tmp_path / "jakarta.zip", now=NOW)
    assert content(plain, filled.schema_name) == before


# ---------------------------------------------------------------- its files


def on_disk(centre):
    """The centre's files with their bytes, by name."""
    folder = files.folder_of(centre.id)
    return {name: files.open_in(folder, name).read() for name in files.names(folder)}


def test_export_erase_import_gives_back_every_file(filled, kenanga, export, client_for):
    before, others = on_disk(filled), on_disk(kenanga)
    assert len(before) == len(others) == 1
    moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)
    assert on_disk(kenanga) == others
    assert not files.folder_of(filled.id).exists()
    back = moving.import_centre(export, now=NOW)
    assert (on_disk(back), on_disk(kenanga)) == (before, others)
    [name] = before
    answer = client_for(back).get(f"/berkas/{name}")
    assert (answer.status_code, answer.content) == (200, before[name])


def test_a_copy_has_files_of_its_own(filled, export, client_for):
    copy = moving.import_centre(export, now=NOW, as_new=True, slug="melati-kedua")
    assert on_disk(copy) == on_disk(filled)
    with schema.centre(copy):
        operations.remove_photo(now=NOW)
    assert on_disk(copy) == {} and len(on_disk(filled)) == 1


def test_papers_a_draft_and_the_last_update_travel_with_the_centre_and_go_with_it(filled, tmp_path, client_for):
    pdf = b"%PDF-1.7\nakta\n%%EOF"
    with schema.centre(filled):
        paper = operations.add_document(
            uploads.Document(pdf), title="Akta", kind="deed", issued_on=None, expires_on=None, note="", now=NOW
        )
        operations.save_draft(queries.Page(about="Konsep", latitude=Decimal(-7), longitude=Decimal(107)), now=NOW)
    centres.confirm_profile(filled.id, now=NOW)
    filled.refresh_from_db()
    moving.export_centre(filled, tmp_path / "all.zip", now=NOW)
    moving.erase_centre(filled, export=tmp_path / "all.zip", typed_code=filled.code, now=NOW)
    assert not files.folder_of(filled.id).exists()
    for back in (
        moving.import_centre(tmp_path / "all.zip", now=NOW),
        moving.import_centre(tmp_path / "all.zip", now=NOW, as_new=True),
    ):
        with schema.centre(back):
            assert queries.documents().get().title == "Akta"
            assert files.read(paper.file) == pdf
            assert queries.preview().profile.about == "Konsep"
        assert back.profile_updated_at == NOW


def test_restored_files_are_for_their_owners_eyes(filled, export):
    copy = moving.import_centre(export, now=NOW, as_new=True, slug="melati-kedua")
    [path] = files.folder_of(copy.id).glob("??/*")
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_manifest_has_a_checksum_of_each_file(filled, export):
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in on_disk(filled).items()}
    assert archive.read_manifest(export).files == sums


def test_one_altered_byte_of_a_file_is_noticed(filled, export):
    def change(name, data):
        return data[:-3] + bytes([data[-3] ^ 1]) + data[-2:] if name.startswith("files/") else data

    with pytest.raises(archive.ArchiveDamaged, match="checksum"):
        archive.read_manifest(rewritten(export, change))


def test_a_missing_file_is_noticed(filled, export):
    with pytest.raises(archive.ArchiveDamaged):
        archive.read_manifest(rewritten(export, lambda name, data: None if name.startswith("files/") else data))


@pytest.mark.parametrize("name", ["../../x.webp", "/tmp/x.webp", "x.html", f"../{'0' * 32}.webp", f"{'0' * 32}.php"])
def test_a_file_under_a_name_that_is_none_of_ours_is_refused(filled, export, name, settings):
    def change(member, data):
        if member == "manifest.json":
            [ours] = on_disk(filled)
            return data.replace(ours.encode(), name.encode())
        return data

    altered = rewritten(export, change)
    with zipfile.ZipFile(altered, "a") as archive_file:
        archive_file.writestr(f"files/{name}", b"x")
    before = sorted(settings.BALAI_FILES_DIR.rglob("*"))
    for path in (altered, resealed(altered)):
        with pytest.raises(archive.ArchiveDamaged, match="none of a centre"):
            moving.import_centre(path, now=NOW, as_new=True, slug="melati-kedua")
    assert sorted(settings.BALAI_FILES_DIR.rglob("*")) == before


def test_an_export_that_lacks_a_new_file_erases_nothing(filled, export):
    with schema.centre(filled), files.kept(uploads.Document(b"%PDF-1.7 %%EOF")):
        pass
    with pytest.raises(moving.ExportNotFresh):
        moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)
    assert len(on_disk(filled)) == 2


def test_a_refused_erasure_and_a_refused_import_leave_the_files(filled, export):
    before = on_disk(filled)
    with pytest.raises(moving.NotConfirmed):
        moving.erase_centre(filled, export=export, typed_code="x", now=NOW)
    with pytest.raises(moving.CodeTaken):
        moving.import_centre(export, now=NOW)
    assert on_disk(filled) == before


def test_an_import_that_fails_leaves_no_file(filled, export, settings, monkeypatch):
    before = sorted(settings.BALAI_FILES_DIR.rglob("*"))
    put = files.put_in

    def full(folder, name, chunks):
        put(folder, name, chunks)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "put_in", full)
    with pytest.raises(OSError, match="space"):
        moving.import_centre(export, now=NOW, as_new=True, slug="melati-kedua")
    assert sorted(settings.BALAI_FILES_DIR.rglob("*")) == before
    assert Centre.objects.filter(slug="melati-kedua").count() == 0


def test_files_of_an_erasure_that_was_killed_go_with_the_next(filled, kenanga, export, monkeypatch):
    """Killed between its commit and the deletion: whoever runs it again is told that it is erased, and now it is."""
    with monkeypatch.context() as killed:
        killed.setattr(moving, "remove_files_of_erased", lambda: None)
        moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)
    assert len(on_disk(filled)) == 1
    with pytest.raises(centres.WrongState):
        moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)
    assert not files.folder_of(filled.id).exists() and len(on_disk(kenanga)) == 1


def test_a_centre_that_comes_back_at_this_moment_keeps_its_files(filled, export, monkeypatch, own_database):
    """Another operator's erasure must not sweep away what an import has just unpacked and not yet committed."""
    moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)
    restore = archive.restore

    def restored(*arguments, **options):
        manifest = restore(*arguments, **options)
        swept = own_database.manage("shell", "-c", "from workflows.moving import *; remove_files_of_erased()")
        assert swept.returncode == 0, swept.stderr
        return manifest

    monkeypatch.setattr(archive, "restore", restored)
    assert len(on_disk(moving.import_centre(export, now=NOW))) == 1


def test_a_photo_replaced_during_the_export_stops_it(filled, tmp_path, monkeypatch):
    """The rows are of one moment, the files of a later one: a file that is gone by then would be missing."""
    tables_read = archive._sequences

    def replaced(*arguments):
        for name in on_disk(filled):
            (files.folder_of(filled.id) / name[:2] / name).unlink()
        return tables_read(*arguments)

    monkeypatch.setattr(archive, "_sequences", replaced)
    with pytest.raises(archive.FilesChanged):
        moving.export_centre(filled, tmp_path / "x.zip", now=NOW)
    assert not list(tmp_path.iterdir())


def test_an_export_of_the_time_before_files_is_still_read(filled, tmp_path, plain):
    with schema.centre(filled):
        operations.remove_photo(now=NOW)
    path = tmp_path / "new.zip"
    moving.export_centre(filled, path, now=NOW)

    def older(name, data):
        if name != "manifest.json":
            return data
        raw = json.loads(data)
        assert raw.pop("files") == {}
        return json.dumps({**raw, "format": 1}).encode()

    before = content(plain, filled.schema_name)
    moving.erase_centre(filled, export=rewritten(path, older), typed_code=filled.code, now=NOW)
    back = moving.import_centre(rewritten(path, older), now=NOW)
    assert content(plain, back.schema_name) == before


# ---------------------------------------------------------------- as a copy


def test_a_copy_under_another_code_stands_beside_the_original(filled, export, plain):
    copy = moving.import_centre(export, now=NOW, as_new=True, slug="melati-kedua")
    assert copy.code != filled.code and copy.slug == "melati-kedua" and copy.state == State.ACTIVE
    assert content(plain, copy.schema_name) == content(plain, filled.schema_name)
    assert list(copy.fields.values_list("code", flat=True)) == ["tik"]
    with schema.centre(copy):
        operations.announce(title="Hanya di salinan", body="…", now=NOW)
    assert content(plain, filled.schema_name)["site_announcement"][0] == 2000


@pytest.mark.parametrize("slug", ["melati-garut", "www", "x"])
def test_a_copy_that_cannot_have_its_address_leaves_nothing(filled, export, plain, slug):
    before = fleet_schemas(plain), Centre.objects.count()
    with pytest.raises(centres.slugs.SlugRefused):
        moving.import_centre(export, now=NOW, as_new=True, slug=slug or filled.slug)
    assert (fleet_schemas(plain), Centre.objects.count()) == before


def test_a_copy_whose_rows_do_not_fit_leaves_nothing(filled, export, plain):
    """Checksums right, content wrong: only PostgreSQL can tell, in the middle of the work."""
    broken = b"not a number\tmelati\t\t\t2026-11-24 08:00:00+00\t\t\t0\t0\n"

    def change(name, data):
        if name == "tables/site_profile.copy":
            return broken
        return data

    altered = resealed(rewritten(export, change))
    before = fleet_schemas(plain), Centre.objects.count()
    with pytest.raises(archive.ArchiveDamaged):
        moving.import_centre(altered, now=NOW, as_new=True, slug="melati-kedua")
    assert (fleet_schemas(plain), Centre.objects.count()) == before


def resealed(path):
    """The altered export with a manifest that agrees with it, as a forger or an odd tool would leave it."""
    with zipfile.ZipFile(path) as old:
        raw = json.loads(old.read("manifest.json"))
        for name, table in raw["tables"].items():
            data = old.read(f"tables/{name}.copy")
            table.update(sha256=hashlib.sha256(data).hexdigest(), rows=data.count(b"\n"))
        packed = [name.removeprefix("files/") for name in old.namelist() if name.startswith("files/")]
        raw["files"] = {name: hashlib.sha256(old.read(f"files/{name}")).hexdigest() for name in packed}

    described = archive.Manifest(
        schema_name=raw["schema_name"], exported_at=raw["exported_at"],
        migrations=tuple(map(tuple, raw["migrations"])),
        tables={n: archive.Table(tuple(t["columns"]), t["rows"], t["sha256"]) for n, t in raw["tables"].items()},
        sequences={n: tuple(v) for n, v in raw["sequences"].items()}, subject=raw["subject"], files=raw["files"],
    )  # fmt: skip

    def change(name, data):
        return described.to_json().encode() if name == "manifest.json" else data

    return rewritten(path, change)


# ---------------------------------------------------------------- what is refused


def test_a_live_centre_is_not_overwritten(filled, export, plain):
    before = content(plain, filled.schema_name)
    with pytest.raises(moving.CodeTaken):
        moving.import_centre(export, now=NOW)
    assert content(plain, filled.schema_name) == before


def test_an_existing_schema_with_other_rows_is_not_overwritten(filled, export, plain):
    moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)
    into_new_schema(plain, filled.schema_name, record())
    with pytest.raises(archive.SchemaExists):
        moving.import_centre(export, now=NOW)
    assert Centre.objects.get(pk=filled.pk).state == State.ERASED


@pytest.mark.parametrize("member", ["tables/site_announcement.copy", "tables/site_profile.copy"])
def test_one_altered_byte_is_noticed(filled, export, member):
    def change(name, data):
        return data[:-3] + bytes([data[-3] ^ 1]) + data[-2:] if name == member else data

    with pytest.raises(archive.ArchiveDamaged, match="checksum"):
        archive.read_manifest(rewritten(export, change))


def test_an_altered_manifest_is_noticed(filled, export):
    def change(name, data):
        return data.replace(b'"rows": 2000', b'"rows": 1999') if name == "manifest.json" else data

    with pytest.raises(archive.ArchiveDamaged, match="checksum"):
        archive.read_manifest(rewritten(export, change))


def test_a_missing_table_is_noticed(filled, export):
    with pytest.raises(archive.ArchiveDamaged):
        archive.read_manifest(rewritten(export, lambda name, data: None if "profile" in name else data))


@pytest.mark.parametrize(
    "manifest", [b"{}", b"[]", b"null", b"\xff", b'{"format": 1}', b'{"format": 1, "content_sha256": 7}']
)
def test_a_manifest_that_is_none_is_refused(filled, export, manifest):
    path = rewritten(export, lambda name, data: manifest if name == "manifest.json" else data)
    with pytest.raises(archive.ArchiveDamaged):
        archive.read_manifest(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95, 0.999])
def test_a_truncated_file_is_refused(export, share):
    data = export.read_bytes()
    export.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(archive.ArchiveDamaged):
        archive.read_manifest(export)


def test_no_zip_and_no_file_are_refused_in_one_line(own_database, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK no zip at all")
    for path in ("x.zip", "missing.zip", "."):
        run = own_database.manage("fleet", "import", str(tmp_path / path))
        assert run.returncode == 1
        assert run.stderr.count("\n") == 1 and run.stderr.startswith("CommandError: "), run.stderr


def test_an_export_of_a_newer_release_is_refused(filled, export, plain):
    before = fleet_schemas(plain), Centre.objects.count()

    def newer_format(name, data):
        return data.replace(b'"format": 2', b'"format": 3') if name == "manifest.json" else data

    with pytest.raises(archive.ArchiveTooNew):
        moving.import_centre(rewritten(export, newer_format), now=NOW, as_new=True)

    def newer_migration(name, data):
        return data.replace(b"0001_initial", b"0099_unknown") if name == "manifest.json" else data

    with pytest.raises(archive.ArchiveTooNew, match="0099_unknown"):
        moving.import_centre(resealed(rewritten(export, newer_migration)), now=NOW, as_new=True)
    assert (fleet_schemas(plain), Centre.objects.count()) == before


def test_an_older_export_comes_back_at_its_version_and_is_then_migrated(filled, export, plain, site_migrations):
    moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)
    site_migrations.add("0902_motto", 'migrations.AddField("profile", "motto", models.TextField(default="-"))')
    back = moving.import_centre(export, now=NOW)
    assert content(plain, back.schema_name)["site_announcement"][0] == 2000
    assert migrate.migrate().failed == 0
    assert plain.execute(f"SELECT motto FROM {back.schema_name}.site_profile").fetchone() == ("-",)


def test_an_export_that_is_no_longer_fresh_erases_nothing(filled, export, plain):
    with schema.centre(filled):
        operations.announce(title="Sesudah ekspor", body="…", now=NOW)
    with pytest.raises(moving.ExportNotFresh):
        moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)
    assert Centre.objects.get(pk=filled.pk).state == State.ACTIVE
    assert content(plain, filled.schema_name)["site_announcement"][0] == 2001


def test_the_export_of_another_centre_erases_nothing(filled, kenanga, export):
    with pytest.raises(moving.ExportNotFresh):
        moving.erase_centre(kenanga, export=export, typed_code=kenanga.code, now=NOW)


def test_a_wrong_code_erases_nothing(filled, kenanga, export, plain):
    for typed in ("", "x", kenanga.code, filled.code[:-1]):
        with pytest.raises(moving.NotConfirmed):
            moving.erase_centre(filled, export=export, typed_code=typed, now=NOW)
    assert filled.schema_name in fleet_schemas(plain)


def test_erasing_twice_is_refused(filled, export):
    moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)
    with pytest.raises(centres.WrongState):
        moving.erase_centre(filled, export=export, typed_code=filled.code, now=NOW)


def test_a_centre_without_a_space_has_nothing_to_export(melati, tmp_path):
    waiting = centres.register(name="BLKK Dahlia", regency=melati.regency)
    with pytest.raises(moving.NotLive):
        moving.export_centre(waiting, tmp_path / "x.zip", now=NOW)
    assert not list(tmp_path.iterdir())


def test_the_commands_go_from_export_to_erase_to_import(own_database, filled, tmp_path):
    path = str(tmp_path / "deep" / "er" / "melati.zip")
    exported = own_database.manage("fleet", "export", filled.code, "--to", path)
    assert exported.returncode == 0 and "2001 rows of 3 tables, 1 files" in exported.stdout, exported.stderr
    refused = own_database.manage("fleet", "erase", filled.code, "--export", path, "--confirm", "nope")
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1
    erased = own_database.manage("fleet", "erase", filled.code, "--export", path, "--confirm", filled.code)
    assert erased.returncode == 0, erased.stderr
    assert own_database.manage("fleet", "import", path).returncode == 0
    assert own_database.manage("fleet", "export", "nosuch").stderr.startswith("CommandError: There is no centre")


def test_a_write_waits_for_the_erasure_or_is_part_of_the_check(filled, tmp_path, plain):
    """Nothing can slip in between the check against the export and the drop."""
    path = tmp_path / "now.zip"
    moving.export_centre(filled, path, now=NOW)
    with database.connect(application_name="writer") as writer:
        writer.execute("BEGIN")
        writer.execute(
            f"INSERT INTO {filled.schema_name}.site_announcement (title, body, published_at) VALUES ('x', '', now())"
        )
        import threading

        outcome = []

        def erase():
            from django.db import connection

            try:
                moving.erase_centre(filled, export=path, typed_code=filled.code, now=NOW)
                outcome.append("erased")
            except moving.ExportNotFresh:
                outcome.append("refused")
            finally:
                connection.close()

        eraser = threading.Thread(target=erase)
        eraser.start()
        eraser.join(0.5)
        assert eraser.is_alive(), "it did not wait for the writer"
        writer.execute("COMMIT")
        eraser.join(20)
    assert outcome == ["refused"]
    assert content(plain, filled.schema_name)["site_announcement"][0] == 2001


def test_approval_after_a_copy_does_not_mistake_it_for_waiting(filled, export):
    moving.import_centre(export, now=NOW, as_new=True)
    assert onboarding.waiting() == []
