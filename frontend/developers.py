"""What the page for developers says, out of the API's own description: nothing of it is written down twice.

The description speaks English; its sentences are msgids of our catalogue, so the page speaks the reader's language.
"""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from hub.centres import hosts

FOLDER = settings.ROOT / "api" / "openapi"
TOKEN = "$BALAI_TOKEN"  # noqa: S105  (a variable of the reader's shell)
ORGANISATION = "$BALAI_ORGANISASI"
HEADINGS = {
    "centres": _("Centres"),
    "regions": _("Regions"),
    "fields": _("Vocational fields"),
    "runs": _("Work in progress"),
    "intake": _("Centres that apply"),
    "programmes": _("Programmes and their intakes"),
    "organisations": _("Companies and training providers"),
    "me": _("The token itself"),
    "profile": _("The centre's profile"),
    "news": _("The centre's news"),
    "staff": _("The centre's staff"),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str
    is_required: bool
    description: str
    # What values there are, in the notation of JSON Schema: "integer, 1–200", "a | b".
    values: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address, with a command that runs as it stands; "" where there is nothing to ask for yet."""

    id: str
    method: str
    path: str
    summary: str
    needs_token: bool
    scope: str
    codes: list[str]
    parameters: list[Parameter] = field(default_factory=list)
    body: list[Parameter] = field(default_factory=list)
    command: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """What one can ask about, as the page has it: one heading, several operations."""

    name: str
    heading: Any
    operations: list[Operation]


@cache
def _description(side: str) -> dict[str, Any]:
    described: dict[str, Any] = json.loads((FOLDER / f"{side}.json").read_text())
    return described


def _in_words(text: str) -> str:
    """A sentence of the description in the reader's language; the API's own code names it to the translators."""
    return translation.gettext(text.strip()) if text else ""


def problems() -> list[dict[str, Any]]:
    """Every code with its status, and its title and advice in the reader's language."""
    return [
        {**one, "title": _in_words(one["title"]), "advice": _in_words(one["advice"])}
        for one in _description("hub")["x-problems"]
    ]


def scopes() -> list[dict[str, str]]:
    return [{**one, "description": _in_words(one["description"])} for one in _description("hub")["x-scopes"]]


def resources(side: str, *, origin: str, known: dict[str, str]) -> Iterator[Resource]:
    """What "hub" or "centre" has, with its operations. ``known`` gives values for parts of paths."""
    described = _description(side)
    for tag in described["tags"]:
        found = [
            _operation(described, method, path, one, origin, known)
            for path, methods in described["paths"].items()
            for method, one in methods.items()
            if one["tags"] == [tag["name"]]
        ]
        yield Resource(tag["name"], HEADINGS[tag["name"]], found)


def _operation(
    described: dict[str, Any], method: str, path: str, one: dict[str, Any], origin: str, known: dict[str, str]
) -> Operation:
    parameters = [_parameter(described, part) for part in one.get("parameters", ())]
    return Operation(
        id=one["operationId"],
        method=method.upper(),
        path=path,
        summary=_in_words(one["summary"]),
        needs_token={} not in one["security"],
        scope=one.get("x-scope", ""),
        codes=_codes(described, one),
        parameters=parameters,
        body=_body(described, one),
        command=_command(method.upper(), path, one, origin, known),
    )


def _codes(described: dict[str, Any], one: dict[str, Any]) -> list[str]:
    names = (answer["$ref"].rpartition("/")[2] for answer in one["responses"].values() if "$ref" in answer)
    return [code for name in names for code in name.split(".")]


def _parameter(described: dict[str, Any], part: dict[str, Any]) -> Parameter:
    return Parameter(
        name=part["name"],
        place=part["in"],
        is_required=part.get("required", False),
        description=_in_words(part.get("description", "")),
        values=_values(described, part["schema"]),
    )


def _body(described: dict[str, Any], one: dict[str, Any]) -> list[Parameter]:
    content = one.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return []
    schema = _resolved(described, content["schema"])
    return [
        Parameter(
            name=name,
            place="body",
            is_required=name in schema.get("required", ()),
            description=_in_words(part.get("description", "")),
            values=_values(described, part),
        )
        for name, part in schema["properties"].items()
    ]


def _resolved(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _values(described: dict[str, Any], schema: dict[str, Any]) -> str:
    """What may be given, in a few words."""
    schema = _resolved(described, schema)
    if "oneOf" in schema:
        return _values(described, schema["oneOf"][0])
    if schema.get("type") == "array":
        return _values(described, schema["items"])
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "maximum" in schema:
        return f"{schema.get('minimum', 0)}–{schema['maximum']}"
    if "example" in schema:
        return f"{schema['type']}, “{schema['example']}”"
    most = f", ≤ {schema['maxLength']}" if "maxLength" in schema else ""
    return f"{schema.get('format') or schema.get('type', '')}{most}"


def _command(method: str, path: str, one: dict[str, Any], origin: str, known: dict[str, str]) -> str:
    """curl as a shell takes it, one option a line."""
    for name in [part["name"] for part in one.get("parameters", ()) if part["in"] == "path"]:
        if not known.get(name):
            return ""
        path = path.replace(f"{{{name}}}", known[name])
    query = urlencode(one["x-example"]["query"], safe=",")
    lines = [f'curl "{origin}{path}{"?" + query if query else ""}"']
    if {} not in one["security"]:
        lines.append(f'-H "Authorization: Bearer {TOKEN}"')
    if method == "PATCH":
        lines += ["-X PATCH", '-H "If-Match: *"']
    if method == "POST":
        lines.append(f'-H "Idempotency-Key: contoh-{one["operationId"]}"')
    if body := one["x-example"]["body"]:
        lines += ['-H "Content-Type: application/json"', f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}"]
    return " \\\n  ".join(lines)


def try_out(secret: str) -> str:
    """The first thing to ask with a new token."""
    return f'curl "{hosts.hub_url("/api/v1/me/")}" \\\n  -H "Authorization: Bearer {secret}"'
