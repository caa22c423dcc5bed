"""The pages that people wait for: what each costs the server, and how that compares with a "hello" of plain Django.

One process serves them all through the whole WSGI application, middleware included, after a warm-up; the pages and
the hello take turns. See docs/decisions/0005-benchmarks.md.
"""

import uuid
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median, quantiles
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone

from hub.accounts import operations as accounts
from hub.accounts.models import User
from hub.accounts.roles import Role
from hub.audit.actors import SYSTEM
from hub.centres import hosts
from hub.centres.models import Centre

from . import country, ground
from .hello import Hello
from .serving import Application, Ask, serve, statements
from .timing import clock, in_turns, say

Figures = dict[str, Any]

CENTRES = 1819  # community centres in the public register
GOAL_P95_MS = 60.0
GOAL_QUERIES = 8
HELD = ("centre_home", "directory", "directory_filtered", "directory_searched", "console_centres")
_HOSTS = 40  # centres that a page of a centre rotates over
_ANNOUNCEMENTS = 6


def measure(centres: int, *, rounds: int, requests: int = 20) -> Figures:
    """Queries, milliseconds and bytes of each page with so many centres live; ``requests`` of each page in a round."""
    ground.lay()
    with ground.quiet():
        call_command("createcachetable")
    say(f"bringing {centres} invented centres live")
    live = country.settle(centres)
    for centre in live[:_HOSTS]:
        ground.furnish(centre, announcements=_ANNOUNCEMENTS)
    asks = _existing(_pages(live))
    say(f"serving {len(asks)} pages")
    application = whole_site()
    pages = {name: _counted(application, page) for name, page in asks.items()}
    samples, ratios = _timed(application, asks, rounds=rounds, requests=requests)
    for name, page in pages.items():
        page |= _times(samples[name]) | {"hello_ratio": ratios[name]}
    return {
        "centres": centres,
        "hello_p50_ms": median(samples["hello"]),
        "pages": pages,
        "held": [name for name in HELD if name in pages],
        "goals_missed": [name for name in HELD if name in pages and not _met(pages[name])],
    }


def whole_site() -> Application:
    from config.wsgi import application

    return application


def _met(page: Figures) -> bool:
    return bool(page["p95_ms"] <= GOAL_P95_MS and page["queries"] <= GOAL_QUERIES)


# ---------------------------------------------------------------- what is asked for


def _pages(live: Sequence[Centre]) -> dict[str, list[Ask]]:
    hub, chosen = settings.BALAI_DOMAIN, live[:_HOSTS]
    officer = cookie(hub, person("Ratna", Role.SUPER_ADMIN))
    heads = [
        (host, cookie(host, person(f"Kepala {host}", Role.CENTRE_HEAD, centre))) for centre, host in _hosts(chosen[:5])
    ]
    on_hub = partial(Ask, hub)
    return {
        "hub_home": [on_hub("/")],
        "directory": [on_hub("/balai/", query=f"halaman={number}") for number in range(1, 6)],
        "directory_filtered": [on_hub("/balai/", query=f"provinsi={code}") for code in country.PROVINCES],
        "directory_searched": [on_hub("/balai/", query=f"cari={word}") for word in ("nurul", "huda+suka", "wetan")],
        "hub_centre": [on_hub(f"/balai/{centre.code}/") for centre in chosen],
        "centre_home": [Ask(host) for _centre, host in _hosts(chosen)],
        "space_dashboard": [Ask(host, "/ruang/", cookie=cookie) for host, cookie in heads],
        "console_overview": [on_hub("/kementerian/", cookie=officer)],
        "console_centres": [on_hub("/kementerian/balai/", cookie=officer)],
        "console_people": [on_hub("/kementerian/orang/", cookie=officer)],
        "console_system": [on_hub("/kementerian/sistem/", cookie=officer)],
        "search": [on_hub("/cari/", query=f"cari={word}", cookie=officer) for word in ("nurul", "huda+suka", "wetan")],
        "api_centres": [on_hub("/api/v1/centres/")],
    }


def _hosts(centres: Sequence[Centre]) -> list[tuple[Centre, str]]:
    return [(centre, hosts.host_of(centre.slug)) for centre in centres]


def _existing(pages: dict[str, list[Ask]]) -> dict[str, list[Ask]]:
    """Without the pages that this release does not have."""
    return {name: asks for name, asks in pages.items() if _has(asks[0])}


def _has(ask: Ask) -> bool:
    try:
        resolve(ask.path, settings.ROOT_URLCONF if ask.host == settings.BALAI_DOMAIN else settings.CENTRE_URLCONF)
    except Resolver404:
        return False
    return True


def person(name: str, role: Role, centre: Centre | None = None) -> User:
    now = timezone.now()
    user = accounts.create_user(name=name, email=f"{uuid.uuid4()}@bench.invalid", now=now, by=SYSTEM)
    accounts.grant(user, role, centre=centre, by=SYSTEM, now=now)
    accounts.give_consent(user, "privacy", language="id", by=SYSTEM, now=now)
    if centre is None:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    return user


def cookie(host: str, user: User) -> str:
    """A session of this person on this host, as their browser would send it."""
    client = Client(HTTP_HOST=host)
    client.force_login(user, backend="hub.accounts.backends.Backend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


# ---------------------------------------------------------------- what it costs


def _counted(application: Application, asks: Sequence[Ask]) -> Figures:
    """Statements and bytes of one request, after every address was asked for twice."""
    for ask in [*asks, *asks]:
        serve(application, ask)
    answers = [serve(application, ask) for ask in asks]
    return {"queries": statements(application, asks), "bytes": round(median(answer.length for answer in answers))}


def _timed(
    application: Application, asks: dict[str, list[Ask]], *, rounds: int, requests: int
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """All milliseconds of each page and of the hello, and each page's ratio: the median of the rounds' own."""
    hello: Application = Hello()
    samples: dict[str, list[float]] = {name: [] for name in ("hello", *asks)}

    def variant(name: str, app: Application, page: Sequence[Ask]) -> Callable[[], float]:
        def one_round() -> float:
            taken = [_milliseconds(app, page[number % len(page)]) for number in range(requests)]
            samples[name] += taken
            return median(taken)

        return one_round

    turns = in_turns(
        rounds,
        {
            "hello": variant("hello", hello, [Ask(settings.BALAI_DOMAIN)]),
            **{name: variant(name, application, page) for name, page in asks.items()},
        },
    )
    return samples, {name: turns.ratio(name, over="hello") for name in asks}


def _milliseconds(application: Application, ask: Ask) -> float:
    with clock() as took:
        serve(application, ask)
    return took.ms


def _times(taken: Sequence[float]) -> Figures:
    return {"p50_ms": median(taken), "p95_ms": quantiles(taken, n=20)[-1]}
