"""The running API against its own description: hundreds of requests, right and wrong ones, and no surprise.

schemathesis reads ``/api/v1/openapi.json`` from the WSGI application, makes requests from it in all its ways (the
examples, the edges of each parameter, made-up and broken ones, chains of requests) and holds each answer to it with
every check that it has by default. The same requests each time.
"""

from datetime import UTC, datetime

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.transport.wsgi import WSGITransport

from hub.centres.models import Centre
from kernel import schema
from tenants.site import operations as site

from .conftest import host_of

OF_SOCKETS = ("max_redirects", "verify", "cert", "proxies")
# Right by its schema, a request may still come with an ETag of another day, or with the key of an earlier one.
RIGHT_AND_REFUSED = ["2xx", "3xx", "401", "403", "404", "409", "412", "422", "429"]
SEED = 20261124
EXAMPLES = 5  # of each operation, in each of the ways that make them up


@pytest.fixture
def _patient(settings):
    """Limits have tests of their own."""
    settings.BALAI_API_LIMITS = dict.fromkeys(settings.BALAI_API_LIMITS, (1000000000.0, 1000000000.0))
    settings.BALAI_CENTRE_LIMITS = dict.fromkeys(settings.BALAI_CENTRE_LIMITS, (1000000000.0, 1000000000.0))
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "invite": "1000000/h/user"}


def _failures(host: str, headers: dict[str, str]) -> tuple[list[str], int]:
    """What went wrong, in schemathesis' words, and how many requests were made."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "headers": headers,
            "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": RIGHT_AND_REFUSED},
                # RFC 6585 made 428 for an If-Match that is missing.
                "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "428"]},
            },
            "cache": {"enabled": False},
        }
    )
    loaded = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", _site_at(host), config=config)
    found, requests = [], 0
    for event in from_schema(loaded).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(str(event))
        elif isinstance(event, events.ScenarioFinished):
            requests += len(event.recorder.interactions)
            if event.status in (Status.FAILURE, Status.ERROR):
                found += list(_described(event))
    return found, requests


def _site_at(host: str):
    """The whole site, whatever host the requests of the library name."""
    application = get_wsgi_application()
    return lambda environ, start_response: application(environ | {"HTTP_HOST": host}, start_response)


def _described(event: events.ScenarioFinished):
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                case = event.recorder.cases[case_id].value
                answer = event.recorder.interactions[case_id].response
                yield "\n".join(
                    [
                        str(check.failure_info.failure),
                        case.as_curl_command(),
                        answer.content.decode()[:600] if answer else "",
                    ]
                )


@pytest.fixture(autouse=True)
def _probes_work_in_process(monkeypatch):
    """schemathesis 4.32 hands its second requests (without the token, say) options that are for sockets."""
    send = WSGITransport.send

    def without(self, case, **options):
        return send(self, case, **{name: value for name, value in options.items() if name not in OF_SOCKETS})

    monkeypatch.setattr(WSGITransport, "send", without)


@pytest.fixture
def own_centre(own_database, _patient) -> Centre:
    centre = Centre.objects.get(name="BLKK Melati Garut")
    with schema.centre(centre):
        site.announce(title="Pendaftaran", body="Dibuka", now=datetime.now(UTC))
    return centre


@pytest.mark.parametrize("side", ["hub", "centre"])
@pytest.mark.parametrize("kind", ["anonymous", "centre_head"])
def test_no_answer_surprises(side, kind, own_centre, head_of, program):
    host = host_of(own_centre if side == "centre" else None)
    headers = program(head_of(own_centre)).headers if kind == "centre_head" else {}
    found, requests = _failures(host, headers)
    assert not found, "\n\n".join(found[:5])
    assert requests > 100
