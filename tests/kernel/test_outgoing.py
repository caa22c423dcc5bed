"""Sending to addresses that strangers typed in: what is refused, and that nothing leads inside after all."""

import http.client
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from kernel import outgoing

PUBLIC = "93.184.215.14"


@pytest.fixture(autouse=True)
def _as_in_production(settings) -> None:
    settings.BALAI_WEBHOOKS_TO_LOCALHOST = False


def never(host: str, port: int) -> list[str]:
    raise AssertionError("The resolver was asked.")


# ---------------------------------------------------------------- as it is typed


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://contoh.co.id", "contoh.co.id", 443, "/"),
        ("https://Contoh.CO.ID/Balai?kunci=a%20b&x=1", "contoh.co.id", 443, "/Balai?kunci=a%20b&x=1"),
        ("HTTPS://hook.contoh.id:8443/", "hook.contoh.id", 8443, "/"),
        ("https://contoh.id?x=1", "contoh.id", 443, "/?x=1"),
        ("https://contoh.id:443/a@b:c", "contoh.id", 443, "/a@b:c"),
        ("https://xn--bcher-kva.example.com/", "xn--bcher-kva.example.com", 443, "/"),
    ],
)
def test_an_address_is_taken_apart(url, host, port, path):
    target = outgoing.check(url)
    assert (target.scheme, target.host, target.port, target.path) == ("https", host, port, path)


@pytest.mark.parametrize(
    "url",
    [
        # not https
        "http://contoh.id/", "ftp://contoh.id/", "file:///etc/passwd", "gopher://contoh.id/", "contoh.id",
        "//contoh.id/", "",
        "https:/contoh.id", "https:contoh.id", "https://", "javascript:alert(1)",
        # IPv4 in every spelling
        "https://127.0.0.1/", "https://2130706433/", "https://017700000001/", "https://0x7f000001/", "https://0x7f.0.0.1/",
        "https://0177.0.0.1/", "https://127.1/", "https://127.0.1/", "https://0/", "https://8.8.8.8/", "https://1.1.1.1./",
        "https://169.254.169.254/latest/meta-data/", "https://contoh.0x7f/", "https://contoh.id.1/", "https://0x/",
        # IPv6 in every spelling
        "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[fe80::1%25eth0]/",
        "https://[64:ff9b::7f00:1]/", "https://[fd00:ec2::254]/", "https://[2606:4700:4700::1111]/", "https://::1/",
        # names that lead inside
        "https://localhost/", "https://a.localhost/", "https://localhost./", "https://LOCALHOST/", "https://printer.local/",
        "https://metadata.google.internal/", "https://router.home.arpa/", "https://intranet/", "https://db/", "https://x.lan/",
        # ourselves
        "https://balai.localhost/", "https://msn.balai.localhost/",
        # what parsers read in two ways
        "https://admin:rahasia@contoh.id/", "https://contoh.id@127.0.0.1/", "https://contoh.id:443@127.0.0.1/",
        "https://127.0.0.1#@contoh.id/", "https://contoh.id#bagian", "https://contoh.id\\@127.0.0.1/",
        "https:\\\\127.0.0.1/",
        "https://contoh.id\t/", "https://contoh.id/\r\nX-Injected: 1", " https://contoh.id/", "https://contoh.id/ ",
        "https://contoh.id/a b", "https://contoh。id/", "https://１２７.0.0.1/", "https://ⓛocalhost/", "https://contoh.id/é",
        "https://%31%32%37.0.0.1/", "https://contoh%00.id/", "https://contoh..id/", "https://.contoh.id/", "https://-a.id/",
        "https://contoh_a.id/", "https://contoh.id./",
        # ports
        "https://contoh.id:22/", "https://contoh.id:80/", "https://contoh.id:5432/", "https://contoh.id:0/",
        "https://contoh.id:65536/", "https://contoh.id:99999/", "https://contoh.id:/", "https://contoh.id:-443/",
        # length
        "https://contoh.id/" + "a" * 500, f"https://{'a' * 64}.id/", f"https://{'.'.join(['a' * 60] * 5)}.id/",
    ],
)  # fmt: skip
def test_an_address_that_leads_elsewhere_is_refused(url):
    with pytest.raises(outgoing.AddressRefused) as refused:
        outgoing.check(url)
    assert str(refused.value)
    with pytest.raises(outgoing.AddressRefused):
        outgoing.post(url, b"", {}, resolver=never)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_refused_or_a_plain_name(text):
    """Never another error, and never a host that begins somewhere else for another parser."""
    try:
        target = outgoing.check(f"https://{text}")
    except outgoing.AddressRefused:
        return
    assert target.host.isascii()
    assert f"https://{text}".lower().startswith(f"https://{target.host}")
    assert not target.host.split(".")[-1].isdigit()


# ---------------------------------------------------------------- as it is resolved

INSIDE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.0.1", "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.215.14", "64:ff9b::7f00:1",
    "64:ff9b::5db8:d70e", "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1",
    "2001:10::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "bukan alamat", "",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize("besides", [[], [PUBLIC]])
def test_a_name_with_an_address_inside_is_refused(address, besides):
    """Also when it has a public address besides."""
    with pytest.raises(outgoing.SendingFailed) as failed:
        outgoing.resolve(outgoing.check("https://contoh.id/"), lambda host, port: [*besides, address])
    assert failed.value.reason == "address_refused"


@pytest.mark.parametrize(
    "address", [PUBLIC, "1.1.1.1", "103.10.66.1", "2606:4700:4700::1111", "2001:4860:4860::8888", "2400:cb00::1"]
)
def test_a_public_address_is_taken(address):
    assert outgoing.is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_no_private_address_is_ever_public(address):
    """Wrapped into IPv6 neither, whatever its own kind."""
    if address.is_private or address.is_link_local or address.is_loopback or address.is_multicast:
        assert not outgoing.is_public(address)
    for prefix in ("::ffff:0:0", "64:ff9b::", "::", "2002::"):
        shift = 80 if prefix == "2002::" else 0
        assert not outgoing.is_public(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | int(address) << shift))


def test_an_operator_adds_networks(settings):
    assert outgoing.is_public(ipaddress.ip_address("103.10.66.7"))
    settings.BALAI_WEBHOOKS_REFUSED_NETWORKS = ["103.10.66.0/24", "2606:4700::/32"]
    assert not outgoing.is_public(ipaddress.ip_address("103.10.66.7"))
    assert not outgoing.is_public(ipaddress.ip_address("2606:4700:4700::1111"))
    assert outgoing.is_public(ipaddress.ip_address("103.10.67.7"))


@pytest.mark.parametrize("answer", [socket.gaierror("unknown"), []])
def test_a_name_that_nobody_knows(answer):
    def resolver(host, port):
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(outgoing.SendingFailed) as failed:
        outgoing.post("https://tidak-ada.contoh.id/", b"", {}, resolver=resolver)
    assert failed.value.reason == "name_unknown"


# ---------------------------------------------------------------- a receiver with a certificate


@dataclass
class Receiver:
    """A TLS server on this machine that keeps what it got. ``reply`` writes the answer to a connection."""

    port: int
    tls: ssl.SSLContext  # trusts its certificate
    names: list[str | None] = field(default_factory=list)  # asked for in the handshake
    requests: list[bytes] = field(default_factory=list)
    reply: Callable[[socket.socket], None] = lambda sock: sock.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> str:
    """A certificate of hook.contoh.id, with its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "receiver.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hook.contoh.id")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.contoh.id")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return str(path)


@pytest.fixture
def receiver(certificate, monkeypatch) -> Iterator[Receiver]:
    """What it listens on counts as a public address and port here: all else is as in production."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    one = Receiver(port, ssl.create_default_context(cafile=certificate))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    serving.sni_callback = lambda sock, name, context: one.names.append(name)

    def serve() -> None:
        while True:
            try:
                plain, _address = listener.accept()
            except OSError:
                return
            with plain:
                try:
                    with serving.wrap_socket(plain, server_side=True) as sock:
                        _read_request(sock, one)
                        one.reply(sock)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    monkeypatch.setattr(outgoing, "PORTS", (port,))
    usual = outgoing.is_public
    monkeypatch.setattr(outgoing, "is_public", lambda address: str(address) == "127.0.0.1" or usual(address))
    yield one
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(timeout=10)


def _read_request(sock: socket.socket, receiver: Receiver) -> None:
    with sock.makefile("rb") as stream:
        line = stream.readline()
        headers = http.client.parse_headers(stream)
        if not line:
            raise OSError("It hung up.")
        body = stream.read(int(headers.get("Content-Length", 0)))
    receiver.requests.append(line + bytes(headers) + body)


def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def send(receiver: Receiver, host: str = "hook.contoh.id", path: str = "/", resolver=here) -> outgoing.Answer:
    return outgoing.post(
        f"https://{host}:{receiver.port}{path}", b'{"a":1}', {"X-Kind": "uji"}, resolver=resolver, tls=receiver.tls
    )


def test_it_arrives_as_it_was_sent(receiver):
    answer = send(receiver, path="/balai?kunci=1")
    assert (answer.status, answer.excerpt) == (204, "")
    head, _blank, body = receiver.requests[0].decode().partition("\n\n")
    assert head.startswith("POST /balai?kunci=1 HTTP/1.1\r\n")
    assert f"Host: hook.contoh.id:{receiver.port}" in head
    assert "X-Kind: uji" in head
    assert body == '{"a":1}'
    assert receiver.names == ["hook.contoh.id"]


def test_the_name_is_resolved_once_and_the_connection_goes_to_what_was_judged(receiver, monkeypatch):
    """A name that answers publicly once and inside ever after gets nowhere: it is not asked again."""
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    connected = []
    usual = socket.socket.connect
    monkeypatch.setattr(
        socket.socket, "connect", lambda self, address: (connected.append(address), usual(self, address))[1]
    )
    real = socket.getaddrinfo

    def only_numbers(host, *rest, **more):
        ipaddress.ip_address(host)  # raises ValueError for a name
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", only_numbers)
    assert send(receiver, resolver=rebinding).status == 204
    assert asked == ["hook.contoh.id"]
    assert connected == [("127.0.0.1", receiver.port)]
    with pytest.raises(outgoing.SendingFailed) as failed:
        send(receiver, resolver=rebinding)
    assert failed.value.reason == "address_refused"
    assert len(receiver.requests) == 1


def test_a_certificate_of_another_name_is_refused(receiver):
    with pytest.raises(outgoing.SendingFailed) as failed:
        send(receiver, host="lain.contoh.id")
    assert failed.value.reason == "certificate"
    assert receiver.requests == []


def test_a_certificate_that_nobody_vouches_for_is_refused(receiver):
    with pytest.raises(outgoing.SendingFailed) as failed:
        outgoing.post(f"https://hook.contoh.id:{receiver.port}/", b"", {}, resolver=here)
    assert failed.value.reason == "certificate"
    assert receiver.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["http://169.254.169.254/", "https://hook.contoh.id/lagi", "//10.0.0.1/", "/lain"])
def test_a_redirect_is_not_followed(receiver, status, location):
    receiver.reply = lambda sock: sock.sendall(
        f"HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    assert send(receiver).status == status
    assert len(receiver.requests) == 1


def test_proxies_of_the_environment_are_not_used(receiver, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert send(receiver).status == 204


def test_only_the_beginning_of_an_answer_is_read(receiver):
    def flood(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 500 X\r\nContent-Length: 100000000\r\n\r\n")
        for _number in range(1500):
            sock.sendall(b"a\x00\x1b[31m\xff" * 10_000)

    receiver.reply = flood
    answer = send(receiver)
    assert answer.status == 500
    assert 0 < len(answer.excerpt) <= outgoing.MOST_ANSWER
    assert "\x00" not in answer.excerpt and "\x1b" not in answer.excerpt


def _drip(sock: socket.socket, begins: bytes) -> None:
    """It ends when the other side hangs up."""
    sock.sendall(begins)
    never_set = threading.Event()
    while not never_set.wait(0.02):
        sock.sendall(b"X")


@pytest.mark.parametrize("begins", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nA: b\r\n"])
def test_who_answers_drop_by_drop_is_cut_off(receiver, monkeypatch, begins):
    monkeypatch.setattr(outgoing, "TOTAL_SECONDS", 0.4)
    receiver.reply = lambda sock: _drip(sock, begins)
    with pytest.raises(outgoing.SendingFailed) as failed:
        send(receiver)
    assert failed.value.reason == "timeout"


def test_a_status_counts_though_the_body_never_ends(receiver, monkeypatch):
    monkeypatch.setattr(outgoing, "TOTAL_SECONDS", 0.4)
    receiver.reply = lambda sock: _drip(sock, b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
    assert send(receiver).status == 200


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"halo\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 300,
        b"HTTP/1.1 200 " + b"x" * 100_000,
    ],
)
def test_an_answer_that_is_none(receiver, answer):
    receiver.reply = lambda sock: sock.sendall(answer)
    with pytest.raises(outgoing.SendingFailed) as failed:
        send(receiver)
    assert failed.value.reason == "broken_answer"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("99999999", 24 * 3600), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None), ("", None)],
)
def test_how_long_an_answer_asks_us_to_wait(receiver, header, seconds):
    receiver.reply = lambda sock: sock.sendall(
        f"HTTP/1.1 429 X\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    assert send(receiver).retry_after == seconds


def test_another_address_of_the_name_is_tried_when_the_first_does_not_answer(receiver, monkeypatch):
    usual = outgoing.is_public
    monkeypatch.setattr(outgoing, "is_public", lambda address: str(address) == "127.0.0.2" or usual(address))
    assert send(receiver, resolver=lambda host, port: ["127.0.0.2", "127.0.0.1"]).status == 204
    with pytest.raises(outgoing.SendingFailed) as failed:
        send(receiver, resolver=lambda host, port: ["127.0.0.2"])
    assert failed.value.reason == "no_connection"


# ---------------------------------------------------------------- a try-out on one's own machine


def test_the_machine_itself_is_there_for_a_try_out_only(settings):
    with pytest.raises(outgoing.AddressRefused):
        outgoing.check("http://penerima.localhost:9000/")
    settings.BALAI_WEBHOOKS_TO_LOCALHOST = True
    target = outgoing.check("http://penerima.localhost:9000/")
    assert outgoing.resolve(target, never) == ["127.0.0.1"]
    for url in ("http://127.0.0.1:9000/", "http://contoh.id/", "http://localhost.contoh.id/", "http://localhost:0/"):
        with pytest.raises(outgoing.AddressRefused):
            outgoing.check(url)


@pytest.mark.parametrize(
    ("environment", "allowed"),
    [
        ({"BALAI_INSECURE_HTTP": "1", "BALAI_DOMAIN": "balai.localhost"}, "True"),
        ({"BALAI_INSECURE_HTTP": "1", "BALAI_DOMAIN": "balai.example"}, "False"),
        ({"BALAI_INSECURE_HTTP": "0", "BALAI_DOMAIN": "balai.localhost"}, "False"),
    ],
)
def test_a_production_cannot_be_set_to_send_to_itself(environment, allowed):
    script = "from django.conf import settings; print(settings.BALAI_WEBHOOKS_TO_LOCALHOST)"
    asked = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "BALAI_DEBUG": "0", **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert asked.stdout.strip() == allowed
