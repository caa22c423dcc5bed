"""Where files lie: a folder for each centre, names that lead nowhere else, and nothing left behind."""

import stat
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from kernel import files, schema


@dataclass(frozen=True)
class Some:
    content: bytes = b"isi"
    extension: str = "webp"


def keep(centre, content: bytes = b"isi") -> str:
    with schema.centre(centre), files.kept(Some(content)) as name:
        return name


def lying_around() -> list[str]:
    return sorted(str(path.relative_to(settings.BALAI_FILES_DIR)) for path in settings.BALAI_FILES_DIR.rglob("*.*"))


def test_a_file_lies_under_its_centre_for_its_owners_eyes(centre):
    name = keep(centre)
    assert lying_around() == [f"{centre.id}/{name[:2]}/{name}"]
    path = files.folder_of(centre.id) / name[:2] / name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent, settings.BALAI_FILES_DIR):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_outside_a_centre_it_lies_in_the_hubs_folder(db):
    with files.kept(Some()) as name:
        pass
    assert lying_around() == [f"hub/{name[:2]}/{name}"]
    assert files.read(name) == b"isi"


def test_the_folder_is_none_that_a_web_server_hands_out():
    from config import settings as shipped

    assert not shipped.BALAI_FILES_DIR.is_relative_to(shipped.STATIC_ROOT)
    assert not shipped.STATIC_ROOT.is_relative_to(shipped.BALAI_FILES_DIR)


def test_another_centres_file_cannot_be_opened(centre, other_centre):
    name = keep(centre)
    with schema.centre(centre):
        assert files.read(name) == b"isi"
    with schema.centre(other_centre), pytest.raises(FileNotFoundError):
        files.read(name)
    with pytest.raises(FileNotFoundError):
        files.read(name)


NAMES_OF_NO_FILE = [
    "", ".", "..", "x", "../x.webp", "/etc/passwd", "..\\x", f"{'0' * 32}.html", f"{'0' * 32}.webp\n",
    f"{'0' * 32}.webp/", f"{'A' * 32}.webp", f"{'0' * 31}.webp", f"../{'0' * 32}.webp", f"{'0' * 32}.webp\0.pdf",
    "%2e%2e/x.webp",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES_OF_NO_FILE)
def test_a_name_that_is_none_is_refused(name, centre, tmp_path):
    with schema.centre(centre):
        for use in (files.read, files.remove_after_commit):
            with pytest.raises(SuspiciousFileOperation):
                use(name)
    with pytest.raises(SuspiciousFileOperation):
        files.put_in(tmp_path, name, [b"x"])
    with pytest.raises(SuspiciousFileOperation):
        files.open_in(tmp_path, name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("up", ["..", "../..", "../{other}/aa"])
def test_the_storage_itself_lets_nobody_leave_the_folder(up, centre, other_centre):
    keep(other_centre)
    name = f"{up.format(other=other_centre.id)}/x.webp"
    with schema.centre(centre):
        with pytest.raises(SuspiciousFileOperation):
            storages["private"].open(name)
        with pytest.raises(SuspiciousFileOperation):
            storages["private"].save(name, ContentFile(b"x"))


def test_a_name_is_never_given_twice_and_never_written_over(centre):
    assert len({keep(centre) for _number in range(20)}) == 20


# ---------------------------------------------------------------- nothing is left behind


def test_a_file_goes_again_when_its_row_could_not_be_written(centre):
    with schema.centre(centre), pytest.raises(ZeroDivisionError), files.kept(Some()):
        raise ZeroDivisionError
    assert lying_around() == []


def test_a_file_goes_only_after_the_commit(centre, django_capture_on_commit_callbacks):
    name = keep(centre)
    with django_capture_on_commit_callbacks(execute=True):
        with schema.centre(centre):
            files.remove_after_commit(name)
        assert len(lying_around()) == 1
    assert lying_around() == []


def test_after_a_rollback_it_is_still_there(centre, django_capture_on_commit_callbacks):
    name = keep(centre)
    with django_capture_on_commit_callbacks(execute=True), schema.centre(centre):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            files.remove_after_commit(name)
            raise ZeroDivisionError
        assert files.read(name) == b"isi"


def test_the_centre_that_let_go_of_a_file_loses_it_and_no_other(
    centre, other_centre, django_capture_on_commit_callbacks
):
    """The commit may come when the thread is in another centre, or in none."""
    name = keep(centre)
    files.put_in(files.folder_of(other_centre.id), name, [b"lain"])
    with django_capture_on_commit_callbacks(execute=True):
        with schema.centre(centre):
            files.remove_after_commit(name)
        with schema.centre(other_centre):
            pass
    with schema.centre(other_centre):
        assert files.read(name) == b"lain"
    assert len(lying_around()) == 1


def test_a_folder_is_listed_without_what_is_none_of_ours(centre):
    names = sorted(keep(centre) for _number in range(3))
    folder = files.folder_of(centre.id)
    (folder / names[0][:2] / "thumbs.db").write_bytes(b"x")
    (folder / "aa.txt").write_bytes(b"x")
    (folder / "zz").symlink_to("/etc")
    assert files.names(folder) == names
    assert files.names(folder / "none") == []
