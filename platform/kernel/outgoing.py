"""Sending to addresses that strangers typed in, without being led into our own network.

An address is judged twice. When it is typed: https, a plain host name, a usual port, nothing that parsers read in two
ways (``check``). When something is sent: the name is resolved once, every address it has must be public, and the
connection goes to the address that was judged, whatever the name says a moment later (``post``). Redirects are never
followed, proxies of the environment never used, and nobody keeps us longer than some seconds.

``*.localhost``, over plain http too, is for a try-out on one's own machine (``BALAI_WEBHOOKS_TO_LOCALHOST``), and leads
to the machine itself, without asking any resolver.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.response import HTTPResponse

from .errors import DomainError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_URL = 500
PORTS = (443, 8443)
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0  # from the first connection to the last byte
MOST_ADDRESSES = 3  # of one name that are tried
MOST_ANSWER = 1000  # bytes of an answer that are read
LONGEST_WAIT = 24 * 3600  # seconds that an answer may ask us to wait

# One pattern and no second parser: no user name, no fragment, no brackets, nothing but ASCII.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::(?P<port>[0-9]{1,5}))?(?P<target>[/?][!$-;=?-Z_a-z~%]*)?",
    re.IGNORECASE,
)
# A last label of digits, or of 0x…, is read as an IPv4 address by some (RFC 3986 and the WHATWG's URL standard differ).
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
# Names that never lead out into the public network (RFC 6761, RFC 6762, RFC 8375, ICANN's ".internal").
_INSIDE = (
    "localhost",
    "local",
    "internal",
    "home.arpa",
    "lan",
    "intranet",
    "corp",
    "onion",
    "test",
    "invalid",
    "example",
)

# What ``ipaddress`` calls global, or did in some version, and leads inside or nowhere all the same.
_REFUSED_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # a cloud's own services, under a public address
        "2001::/23",  # Teredo, benchmarks, ORCHID and other protocols' own
        "2001:db8::/32", "2002::/16",  # 6to4 carries an IPv4 address inside
        "3fff::/20", "5f00::/16",
    )
)  # fmt: skip
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # all else is mapped, translated (NAT64), local or multicast

_BROKEN = (HTTPError, http.client.HTTPException, OSError, ValueError)

Resolver = Callable[[str, int], list[str]]


class AddressRefused(DomainError):
    """Nothing is sent to this address. ``str(error)`` says what to change."""

    code = "address_refused"


class SendingFailed(Exception):
    """It did not get there. ``reason`` is one of REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


REASONS = ("name_unknown", "address_refused", "no_connection", "timeout", "certificate", "broken_answer")


@dataclass(frozen=True)
class Target:
    """An address taken apart. ``path`` is what stands in the request line, with the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_local(self) -> bool:
        return self.host == "localhost" or self.host.endswith(".localhost")

    @property
    def host_header(self) -> str:
        usual = {"https": 443, "http": 80}[self.scheme]
        return self.host if self.port == usual else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the beginning of the body as text, and how many seconds to wait if it says so."""

    status: int
    excerpt: str
    retry_after: int | None = None


def check(url: str) -> Target:
    """The address taken apart, if something may be sent to one like it. Asks no resolver. Raises AddressRefused."""
    if len(url) > LONGEST_URL:
        raise AddressRefused(_("The address is longer than %(count)d characters.") % {"count": LONGEST_URL})
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise AddressRefused(_("Leave user name and password out of the address."))
    found = _URL.fullmatch(url)
    if found is None:
        raise AddressRefused(_("Type a whole address, such as https://example.com/balai."))
    scheme, host = found["scheme"].lower(), found["host"].lower()
    path = found["target"] or "/"
    path = path if path.startswith("/") else f"/{path}"
    target = Target(scheme, host, int(found["port"] or {"https": 443, "http": 80}[scheme]), path)
    if target.is_local and settings.BALAI_WEBHOOKS_TO_LOCALHOST and 0 < target.port < 2**16:
        return target
    _refuse_unless_public_name(target)
    return target


def _refuse_unless_public_name(target: Target) -> None:
    if target.scheme != "https":
        raise AddressRefused(_("The address has to begin with https://."))
    labels = target.host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        raise AddressRefused(_("Use a name, not an IP address."))
    is_name = len(labels) > 1 and len(target.host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    if not is_name or target.host.endswith(tuple(f".{inside}" for inside in _INSIDE)):
        raise AddressRefused(_("This name does not lead to a public address on the internet."))
    if f".{target.host}".endswith(f".{settings.BALAI_DOMAIN}"):
        raise AddressRefused(_("Balai does not send to itself."))
    if target.port not in PORTS:
        raise AddressRefused(_("Only the ports 443 and 8443 are possible."))


def is_public(address: IPAddress) -> bool:
    """Whether this is somebody's address on the public internet: not ours, not a neighbour's, not one in disguise."""
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    refused = (*_REFUSED_NETWORKS, *_operators_networks(tuple(settings.BALAI_WEBHOOKS_REFUSED_NETWORKS)))
    return not any(address.version == network.version and address in network for network in refused)


@cache
def _operators_networks(texts: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


def ask_system(host: str, port: int) -> list[str]:
    """The addresses of a name, as this machine's resolver gives them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def resolve(target: Target, resolver: Resolver) -> list[str]:
    """Where to connect to. One address that is not public spoils the name. Raises SendingFailed."""
    if target.is_local:
        return ["127.0.0.1"]
    try:
        addresses = resolver(target.host, target.port)
    except OSError:
        raise SendingFailed("name_unknown") from None
    if not addresses:
        raise SendingFailed("name_unknown")
    if not all(_is_public_text(text) for text in addresses):
        raise SendingFailed("address_refused")
    return addresses[:MOST_ADDRESSES]


def _is_public_text(text: str) -> bool:
    try:
        return is_public(ipaddress.ip_address(text))
    except ValueError:
        return False  # with a zone (fe80::1%eth0), or no address at all


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    resolver: Resolver = ask_system,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """Send ``body`` and read the beginning of the answer. Raises AddressRefused, SendingFailed.

    It takes no longer than the resolver (its own limits), then ``TOTAL_SECONDS``.
    """
    target = check(url)
    addresses = resolve(target, resolver)
    until = time.monotonic() + TOTAL_SECONDS
    for address in addresses[:-1]:
        try:
            return _post_to(address, target, body, headers, tls=tls, until=until)
        except _NotReached:
            continue
    return _post_to(addresses[-1], target, body, headers, tls=tls, until=until)


class _NotReached(SendingFailed):
    """Nothing was sent: another address of the name may do."""


def _post_to(  # noqa: PLR0913
    address: str,
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    *,
    tls: ssl.SSLContext | None,
    until: float,
) -> Answer:
    connection = _connect(address, target, tls, until)
    all_headers = {**headers, "Host": target.host_header}
    try:
        with _cut_off_at(until, connection):
            connection.request("POST", target.path, body=body, headers=all_headers, preload_content=False)
            response = connection.getresponse()
            if time.monotonic() >= until:
                raise TimeoutError  # cut off among the headers, which then look like all there are
            retry_after = _seconds(response.headers.get("Retry-After", ""))
            return Answer(response.status, _as_text(_beginning(response)), retry_after)
    except _BROKEN as error:
        is_late = isinstance(error, TimeoutError) or time.monotonic() >= until
        raise SendingFailed("timeout" if is_late else "broken_answer", type(error).__name__) from None
    finally:
        connection.close()


def _beginning(response: HTTPResponse) -> bytes:
    """Of the body. The status has been said: a body that breaks off changes nothing of it."""
    try:
        return response.read(MOST_ANSWER, decode_content=False)
    except _BROKEN:
        return b""


def _connect(address: str, target: Target, tls: ssl.SSLContext | None, until: float) -> HTTPConnection:
    seconds = max(0.1, min(CONNECT_SECONDS, until - time.monotonic()))
    if target.scheme == "http":
        connection = HTTPConnection(address, target.port, timeout=seconds)
    else:
        # The certificate has to be the name's, although we ring at an address.
        connection = HTTPSConnection(
            address,
            target.port,
            timeout=seconds,
            ssl_context=tls or _usual_tls(),
            server_hostname=target.host,
        )
    try:
        connection.connect()
    except (*_BROKEN, ssl.SSLError) as error:
        connection.close()
        raise _why_not_connected(error) from None
    return connection


def _why_not_connected(error: Exception) -> SendingFailed:
    if isinstance(error, NewConnectionError):
        return _NotReached("no_connection")
    if isinstance(error, ConnectTimeoutError | TimeoutError):
        return _NotReached("timeout")
    # A handshake that failed for whatever reason: the next address of the name is the same server's, as a rule.
    return SendingFailed("certificate") if isinstance(error, ssl.SSLError) else _NotReached("no_connection")


@cache
def _usual_tls() -> ssl.SSLContext:
    """Checks the chain and the name."""
    return ssl.create_default_context()


@contextmanager
def _cut_off_at(until: float, connection: HTTPConnection) -> Iterator[None]:
    """A timeout of the socket counts from byte to byte; who sends one byte at a time is cut off here."""
    sock = connection.sock
    assert sock is not None
    seconds = max(0.1, until - time.monotonic())
    sock.settimeout(seconds)
    connection.timeout = seconds
    timer = threading.Timer(seconds, _shut, [sock])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut(sock: socket.socket) -> None:
    try:
        # Not SSLSocket's own, which takes the connection apart under the thread that reads from it.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return


def _as_text(body: bytes) -> str:
    """For people to read, and for the database to take: no control characters."""
    text = body.decode("utf-8", errors="replace")
    return "".join(one for one in text if one.isprintable() or one in "\n\t")


def _seconds(retry_after: str) -> int | None:
    """Of a Retry-After in seconds; its other form, a date, is not heeded."""
    if not re.fullmatch(r"[0-9]{1,9}", retry_after.strip()):
        return None
    return min(int(retry_after), LONGEST_WAIT)
