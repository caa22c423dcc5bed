"""A POST that is sent twice is done once: ``Idempotency-Key`` (draft-ietf-httpapi-idempotency-key-header).

The deed, its audit entry and the kept answer share one transaction. A process that dies in between leaves none of
them, and a refusal is not kept: the same key may be used for another try.
"""

import hashlib
import json
import re
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from hub.tokens import operations

from .errors import Refusal, one_error
from .people import token_of

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@transaction.atomic
def once(request: Request, deed: Callable[[], Response]) -> Response:
    """Do it and keep the answer, or give the answer that was kept. Raises Refusal, BeingAnswered, KeyReused."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return deed()
    if not _KEY.fullmatch(key):
        detail = _("1 to 255 visible characters of ASCII.")
        raise Refusal("invalid_parameter", errors=[one_error("header", "Idempotency-Key", "invalid", detail)])
    token, fingerprint, now = token_of(request), _fingerprint(request), timezone.now()
    if kept := operations.answered_before(token, key, fingerprint=fingerprint, now=now):
        headers = {"Idempotency-Replayed": "true"} | ({"Location": kept.location} if kept.location else {})
        return Response(json.loads(str(kept.body)), status=kept.status, headers=headers)
    answer = deed()
    operations.keep_answer(
        token,
        key,
        fingerprint=fingerprint,
        status=answer.status_code,
        body=JSONRenderer().render(answer.data).decode(),
        location=answer.headers.get("Location", ""),
        now=now,
    )
    return answer


def _fingerprint(request: Request) -> str:
    """The same for the same request: method, host, path, and body as it was understood."""
    body = json.dumps(request.data, sort_keys=True)
    return hashlib.sha256(f"{request.method} {request.get_host()}{request.path} {body}".encode()).hexdigest()
