"""From a host name to its centre, without a query in the common case.

Each process keeps what it has looked up. A trigger in the database notifies every process, in the very
transaction that changes a centre or a domain; a listener thread then drops what the process kept. While the
listener has no connection, nothing is kept at all, so a lost notification cannot leave an old answer.
"""

import logging
import os
import threading
import uuid
from dataclasses import dataclass, replace
from datetime import date

import psycopg
from django.conf import settings
from django.db import connection

from kernel import database

from .models import Domain, State

logger = logging.getLogger(__name__)

CHANNEL = "balai_centres"
_LISTEN_FOR = 0.5  # seconds until the listener looks whether it shall stop
_RECONNECT_AFTER = 1.0  # seconds
# A dead network must be noticed, or an old answer would be kept.
_KEEPALIVES = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}  # seconds, seconds, times
_MOST_KEPT = 20_000  # hosts, unknown ones included: random host names must not fill the memory


@dataclass(frozen=True, slots=True)
class CentreHost:
    """What a request needs to know of the centre whose host it came to."""

    id: uuid.UUID
    code: str
    name: str
    slug: str
    schema_name: str
    state: str
    state_reason: str
    is_demo: bool
    # Set when the host is one the centre has left: the label or host to go to instead.
    moved_to: str
    # The last day on which the centre's own staff was in its space, as far as this process knows.
    last_active_on: date | None = None
    # What was looked up: a label or a full host.
    domain: str = ""

    @property
    def is_writable(self) -> bool:
        return self.state == State.ACTIVE

    @property
    def is_live(self) -> bool:
        return self.state in (State.ACTIVE, State.SUSPENDED, State.ARCHIVED)


class HostCache:
    """Looked-up hosts of one process. ``generation`` keeps an answer read before a change from being kept after it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, CentreHost | None] = {}
        self._generation = 0
        self._listening = False
        self._listener: threading.Thread | None = None
        self._stopped = threading.Event()
        self._pid = os.getpid()

    def get(self, domain: str) -> CentreHost | None:
        """The centre of this domain (a label or a full host), or None if there is none."""
        try:
            return self._found[domain]
        except KeyError:
            return self._look_up(domain)

    def clear(self) -> None:
        with self._lock:
            self._generation += 1
            self._found = {}

    def note_active(self, centre: CentreHost, day: date) -> None:
        """Remember that this day is noted, so that the next request need not note it again.

        The row's own change tells no other process: dropping everything that all of them keep, thousands of
        times a morning, would cost more than one statement in each that finds the day noted already.
        """
        with self._lock:
            if self._found.get(centre.domain) is centre:
                self._found[centre.domain] = replace(centre, last_active_on=day)

    def _look_up(self, domain: str) -> CentreHost | None:
        self._ensure_listener()
        generation = self._generation
        found = _query(domain)
        with self._lock:
            # Inside a transaction the row may be one that only this connection sees.
            if self._listening and generation == self._generation and not connection.in_atomic_block:
                if len(self._found) >= _MOST_KEPT:
                    self._found = {}
                self._found[domain] = found
        return found

    def _ensure_listener(self) -> None:
        with self._lock:
            if self._pid != os.getpid():  # a fork inherits the cache but not the thread
                self._pid, self._listener, self._listening = os.getpid(), None, False
                self._found = {}
            if self._listener is None or not self._listener.is_alive():
                self._listener = threading.Thread(target=self._listen, name="centre-hosts", daemon=True)
                self._listener.start()

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                with database.connect(application_name="balai-hosts", **_KEEPALIVES) as listener:
                    listener.execute(f"LISTEN {CHANNEL}")
                    self._set_listening(True)
                    while not self._stopped.is_set():
                        for _notification in listener.notifies(timeout=_LISTEN_FOR):
                            self.clear()
            except psycopg.Error as error:
                logger.warning("The host cache lost its listener and keeps nothing until it is back: %s", error)
            finally:
                self._set_listening(False)
            self._stopped.wait(_RECONNECT_AFTER)

    def stop(self) -> None:
        """End the listener, as before the database goes away; the next look-up starts another."""
        with self._lock:
            listener, self._listener = self._listener, None
            self._stopped.set()
        if listener is not None:
            listener.join()
        self._stopped.clear()

    def _set_listening(self, listening: bool) -> None:
        with self._lock:
            self._listening = listening
            self._generation += 1
            self._found = {}


def _query(domain: str) -> CentreHost | None:
    row = Domain.objects.select_related("tenant").filter(domain=domain).first()
    if row is None:
        return None
    centre = row.tenant
    moved_to = "" if row.is_primary else (centre.get_primary_domain() or row).domain
    return CentreHost(
        id=centre.id,
        code=centre.code,
        name=centre.name,
        slug=centre.slug,
        schema_name=centre.schema_name,
        state=centre.state,
        state_reason=centre.state_reason,
        is_demo=centre.is_demo,
        moved_to="" if moved_to == domain else moved_to,
        last_active_on=centre.last_active_on,
        domain=domain,
    )


cache = HostCache()


def resolve(host: str) -> CentreHost | None:
    """The centre that answers at this host name (no port, lower case), or None."""
    label = host.removesuffix(f".{settings.BALAI_DOMAIN}")
    if label != host and "." in label:
        return None
    return cache.get(label)


def host_of(domain: str) -> str:
    """The full host name of a domain row's value: a label gets the platform's domain behind it."""
    return domain if "." in domain else f"{domain}.{settings.BALAI_DOMAIN}"


def url_of(slug: str, path: str = "/") -> str:
    """The address of a centre's own space, as a browser opens it."""
    return _url(host_of(slug), path)


def hub_url(path: str = "/") -> str:
    """The address of a page of the hub, as a browser opens it."""
    return _url(settings.BALAI_DOMAIN, path)


def _url(host: str, path: str) -> str:
    scheme = "http" if settings.BALAI_INSECURE_HTTP else "https"
    return f"{scheme}://{host}{settings.BALAI_PORT_SUFFIX}{path}"
