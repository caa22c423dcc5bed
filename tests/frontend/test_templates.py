"""What holds for every template: a strict content policy, icons that exist, and no address of another host."""

import re
from pathlib import Path

import pytest

from frontend.templatetags import balai

TEMPLATES = sorted((Path(__file__).parents[2] / "frontend" / "templates").rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_inline_script_or_style(template: Path) -> None:
    source = template.read_text()
    assert not re.search(r'<style|\sstyle=|<script(?![^>]* type="application/json")|\son\w+=|javascript:|hx-on', source)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_icons_exist(template: Path) -> None:
    source = template.read_text()
    named = re.findall(r'{% icon "([\w-]+)"|icon_(?:name|before|after)="([\w-]+)"', source)
    assert {first or second for first, second in named} <= set(balai.icon_drawings())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_fetched_from_another_host(template: Path) -> None:
    # A link that a person follows is no request of ours.
    fetched = re.findall(r'(?:src|action|hx-get|hx-post)="https?:', template.read_text())
    assert not fetched


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [
        (None, ""),
        (-1, "0 detik"),
        (0.2, "1 detik"),
        (59, "59 detik"),
        (61, "2 menit"),
        (3600, "1 jam"),
        (7800, "2 jam 10 menit"),
    ],
)
def test_durations_as_people_say_them(seconds: float | None, spoken: str) -> None:
    assert balai.duration(seconds) == spoken


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("6281234567890", "+62 812-3456-7890"), ("62812345678", "+62 812-3456-78"), ("6281234567", "+62 812-3456-7")],
)
def test_phone_numbers_as_people_read_them(stored: str, shown: str) -> None:
    assert balai.phone(stored) == shown
