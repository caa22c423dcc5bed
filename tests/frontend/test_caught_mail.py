"""The demo's mailbox: there only when asked for on one's own machine, and harmless whatever a mail says."""

import os
import re
import subprocess
import sys

import pytest
from django.core.mail import send_mail
from django.urls import reverse

from frontend import caught_mail
from frontend.caught_mail import CaughtMail
from tests.conftest import ROOT


@pytest.fixture
def mailbox(settings, tmp_path):
    """The catcher switched on, with a folder of its own."""
    settings.BALAI_MAIL_CATCHER = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    settings.EMAIL_CONFIG = {"EMAIL_FILE_PATH": str(tmp_path)}
    return tmp_path


def catch(subject: str = "Undangan", body: str = "Halo", to: str = "siti@contoh.id") -> CaughtMail:
    send_mail(subject, body, "balai@contoh.id", [to])
    return caught_mail.newest()[0]


def read(client, mail: CaughtMail) -> str:
    answer = client.get(f"/surat/{mail.mail_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_lists_mails_newest_first_and_shows_one(db, mailbox, hub_client):
    catch("Surat ke-1")
    (first,) = mailbox.iterdir()
    os.utime(first, (1, 1))
    catch("Surat ke-2")
    page = hub_client.get("/surat/").content.decode()
    assert page.index("Surat ke-2") < page.index("Surat ke-1")
    assert "siti@contoh.id" in page
    assert "no-store" in hub_client.get("/surat/")["Cache-Control"]


def test_a_file_may_hold_several_mails(mailbox):
    catch("Satu")
    (path,) = mailbox.iterdir()
    path.write_bytes(path.read_bytes() * 2)
    mails = caught_mail.newest()
    assert [mail.subject for mail in mails] == ["Satu", "Satu"]
    assert len({mail.mail_id for mail in mails}) == 2
    assert [caught_mail.find(mail.mail_id) for mail in mails] == mails


def test_links_to_our_own_hosts_can_be_clicked(db, mailbox, hub_client, settings):
    settings.BALAI_PORT_SUFFIX = ":8000"
    link = f"http://{settings.BALAI_DOMAIN}:8000/undangan/abc-_/"
    space = f"http://melati.{settings.BALAI_DOMAIN}:8000/ruang/"
    page = read(hub_client, catch(body=f"Buka:\n\n{link}\n\natau {space}"))
    assert f'href="{link}"' in page
    assert f'href="{space}"' in page


@pytest.mark.parametrize(
    "address",
    [
        "http://jahat.example/", "http://{domain}.jahat.example/", "http://{domain}@jahat.example/",
        "http://jahat.example/{domain}", "http://jahat{domain}/", "http://{domain}\\@jahat.example/", "http://[x/",
        "javascript:alert(1)//http:{domain}", "http://a.b.{domain}/", "http://{domain}:81/", "http://x_y.{domain}/",
    ],
)  # fmt: skip
def test_no_other_address_is_a_link(db, mailbox, hub_client, settings, address):
    typed = address.format(domain=settings.BALAI_DOMAIN + settings.BALAI_PORT_SUFFIX)
    page = read(hub_client, catch(body=f"Klik {typed} ya"))
    assert f'href="{typed}' not in page
    assert not re.findall(r'href="[^"]*(?:jahat|javascript|:81)', page)


def test_what_a_mail_says_is_only_text(db, mailbox, hub_client, settings):
    evil = "<script>alert(1)</script>{{ settings.SECRET_KEY }}{% load i18n %}"
    quoted = f'http://{settings.BALAI_DOMAIN}/"onmouseover="alert(1)'
    mail = catch(subject=evil, body=f"{evil}\n{quoted}", to='"<img src=x onerror=alert(1)>" <a@contoh.id>')
    for page in (read(hub_client, mail), hub_client.get("/surat/").content.decode()):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert '"onmouseover="' not in page
        assert "{{ settings.SECRET_KEY }}" in page.replace("&#x27;", "'")


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\n", b"\xff\xfe\x00", b"Subject: =?utf-8?b?////?=\n\nx", b"Date: besok\n\nx", b"To: @@,;<\n\nx",
        b"Content-Type: text/plain; charset=tidak-ada\n\n\xe9", b"Content-Type: multipart/mixed; boundary=x\n\n--x",
        b"Content-Transfer-Encoding: base64\n\n!!!", b"Subject: " + b"x" * 100_000, b"a" * 79 + b"\n" + b"-" * 79,
    ],
)  # fmt: skip
def test_a_broken_file_breaks_no_page(db, mailbox, hub_client, raw):
    (mailbox / "x.log").write_bytes(raw)
    assert hub_client.get("/surat/").status_code == 200
    for mail in caught_mail.newest():
        read(hub_client, mail)


@pytest.mark.parametrize(
    "path",
    ["..%2F..%2Fetc%2Fpasswd", "../secret-key", "%2Fetc%2Fpasswd", "x.log", "rahasia", "0123456789abcdef-0", "%00"],
)
def test_no_address_reaches_another_file(db, mailbox, hub_client, path):
    catch()
    (mailbox / "rahasia").write_text("Subject: rahasia\n\nkunci")
    (mailbox.parent / "luar.log").write_text("Subject: luar\n\nkunci")
    (mailbox / "tautan.log").symlink_to(mailbox.parent / "luar.log")
    assert hub_client.get(f"/surat/{path}/").status_code == 404
    assert [mail.subject for mail in caught_mail.newest()] == ["Undangan"]


def test_it_answers_to_this_machine_alone(db, mailbox, hub_client, centre_client):
    mail = catch()
    for path in ("/surat/", f"/surat/{mail.mail_id}/"):
        assert hub_client.get(path).status_code == 200
        assert hub_client.get(path, REMOTE_ADDR="::1").status_code == 200
        for address in ("10.0.0.7", "192.168.1.5", "2001:db8::1"):
            assert hub_client.get(path, REMOTE_ADDR=address).status_code == 404
        assert centre_client.get(path).status_code == 404
        assert hub_client.post(path).status_code == 405


def test_it_is_off_by_itself(db, hub_client, settings, tmp_path):
    settings.EMAIL_CONFIG = {"EMAIL_FILE_PATH": str(tmp_path)}
    assert settings.BALAI_MAIL_CATCHER is False
    assert hub_client.get("/surat/").status_code == 404
    assert "/surat/" not in hub_client.get("/").content.decode()


def test_pages_that_promise_a_mail_lead_to_it(db, mailbox, hub_client):
    hub_page = hub_client.get("/sandi/lupa/terkirim/").content.decode()
    assert hub_page.count(reverse("hub:mailbox")) == 2  # the hint and the footer


@pytest.mark.parametrize(
    ("environment", "starts"),
    [
        ({}, True),
        ({"BALAI_DOMAIN": "localhost"}, True),
        ({"BALAI_DOMAIN": "balai.example"}, False),
        ({"BALAI_DOMAIN": "jahatlocalhost"}, False),
        ({"BALAI_INSECURE_HTTP": "0"}, False),
        ({"BALAI_EMAIL_URL": "smtp://localhost:25"}, False),
        ({"BALAI_DOMAIN": "balai.example", "BALAI_MAIL_CATCHER": "0"}, True),
    ],
)
def test_it_stops_the_start_anywhere_else(environment, starts, tmp_path):
    asked = {"BALAI_MAIL_CATCHER": "1", "BALAI_INSECURE_HTTP": "1", "BALAI_EMAIL_URL": f"filemail:///{tmp_path}"}
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}", **asked, **environment},
    )  # fmt: skip
    assert (done.returncode == 0) is starts, done.stderr
    assert starts or "BALAI_MAIL_CATCHER" in done.stderr
