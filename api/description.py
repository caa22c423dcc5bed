"""The API's description in OpenAPI 3.1: made from the views, kept in ``api/openapi``, and served from there.

The kept files are the contract: a change of the API shows as a change of theirs, and a test fails while they lag
behind (``python manage.py describe_api`` writes them). Serving a file costs no request the making of it.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from hub.tokens.scopes import Scope

from . import problems
from .operation import Operation
from .parsers import LARGEST_BODY

FOLDER = Path(__file__).parent / "openapi"
_MODULES = {"hub": "api.v1.urls_hub", "centre": "api.v1.urls_centre"}
_ABOUT = {
    "hub": "What Balai knows of all centres. Served on the hub's own host; each centre has an API of its own.",
    "centre": "One centre's API, served on that centre's own host.",
}

NO_NULLS = r"^[^\u0000]*$"
NOT_BLANK = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
_ALWAYS = (
    "invalid_token",
    "second_factor_required",
    "not_acceptable",
    "too_many_requests",
    "server_error",
    "unavailable",
)
_ON_ALL = ("RateLimit-Policy", "RateLimit", "X-Request-ID")
_HEADERS = {
    "ETag": "This version.",
    "Location": "Where the new thing is.",
    "Idempotency-Replayed": "`true` when this was answered before, and nothing was done anew.",
    "Retry-After": "Seconds.",
    "WWW-Authenticate": "How to sign in.",
    "RateLimit-Policy": 'How many requests in how many seconds, such as `"token";q=600;w=60`.',
    "RateLimit": 'How many are left, and in how many seconds all are back, such as `"token";r=599;t=1`.',
    "X-Request-ID": "Names this request to us.",
}
_TAGS = (
    "centres",
    "regions",
    "fields",
    "runs",
    "intake",
    "programmes",
    "organisations",
    "profile",
    "news",
    "staff",
    "me",
)


class Described(AutoSchema):
    """One operation as its view declares it, with everything that it can be refused for."""

    view: Any  # api.resources.Resource, which needs this module

    @property
    def operation(self) -> Operation:
        found: Operation = self.view.operations[self.method]
        return found

    def get_operation_id(self) -> str:
        return self.operation.id

    def get_summary(self) -> str:
        return str(self.operation.summary)

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular calls it
        return ""

    def get_tags(self) -> list[str]:
        return [self.view.tag]

    def get_filter_backends(self) -> list[Any]:
        """Of one thing, too, where a view narrows what it counts."""
        backends: list[Any] = self.view.filter_backends
        return backends if getattr(self.view, "filterset_class", None) else super().get_filter_backends()

    def get_auth(self) -> list[dict[str, list[str]]]:
        if scope := self.operation.scope:
            return [{"token": [str(scope.value)]}]
        return [{"token": []}] if self.view.needs_token else [{}, {"token": []}]

    def get_request_serializer(self) -> Any:
        """What the view says that the body is."""
        return self.operation.body

    def get_response_serializers(self) -> Any:
        serializer = super().get_response_serializers()
        return {201: serializer} if self.method == "POST" else serializer

    def _postprocess_serializer_schema(self, schema: Any, serializer: Any, direction: str) -> Any:
        """With ``?fields=`` any field may be missing from an answer."""
        schema = super()._postprocess_serializer_schema(schema, serializer, direction)
        if direction == "response" and type(serializer) is self.view.get_serializer_class():
            schema = {key: value for key, value in schema.items() if key != "required"}
        if direction == "request":
            schema["additionalProperties"] = False
            for one in schema["properties"].values():
                if one.get("type") == "string" and not one.keys() & {"pattern", "format", "enum"}:
                    one["pattern"] = NOT_BLANK if one.get("minLength") else NO_NULLS
        return schema

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        operation["parameters"] = [*operation.get("parameters", []), *self._own_parameters()]
        for response in operation["responses"].values():
            response["headers"] = _headers(*self._headers_of_success())
        operation["responses"] |= {
            str(status): {"$ref": f"#/components/responses/{_name_of(kinds)}"} for status, kinds in self.refusals()
        }
        if self.method == "GET":
            operation["responses"]["304"] = {"description": "Nothing has changed since that ETag."}
        if scope := self.operation.scope:
            operation["x-scope"] = scope.value
        operation["x-example"] = {"query": self.operation.example_query, "body": self.operation.example_body}
        for content in operation.get("requestBody", {}).get("content", {}).values():
            content["example"] = self.operation.example_body
        return operation

    def _own_parameters(self) -> list[dict[str, Any]]:
        if self.method == "GET":
            names = list(self.view.get_serializer_class()().fields)
            some = {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1}
            return [
                _parameter("fields", "query", _("Only these fields, with commas."), some, explode=False),
                _parameter("If-None-Match", "header", _("An ETag: answered by 304 while nothing has changed.")),
            ]
        if self.method == "PATCH":
            return [_parameter("If-Match", "header", _("The ETag that you have read, or *."), required=True)]
        key = {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"}
        words = _("Names this request: sent again within 24 hours, it is answered as before and done once.")
        return [_parameter("Idempotency-Key", "header", words, key)]

    def _headers_of_success(self) -> list[str]:
        if self.method == "POST":
            return ["Location", "Idempotency-Replayed"]
        return ["ETag"]

    def refusals(self) -> list[tuple[int, list[problems.Kind]]]:
        """What the operation can be refused for, by status."""
        by_status: dict[int, list[problems.Kind]] = {}
        for code in self._codes():
            kind = problems.BY_CODE[code]
            by_status.setdefault(kind.status, []).append(kind)
        return sorted(by_status.items())

    def _codes(self) -> list[str]:
        codes = ["invalid_parameter", "unknown_parameter", *_ALWAYS]
        if self.view.needs_token or self.operation.scope:
            codes.append("not_authenticated")
        if self.operation.scope:
            codes += ["insufficient_scope", "not_found"]
        if self.method == "GET":
            codes.append("unknown_cursor" if self.view.pagination_class else "not_found")
        else:
            codes += ["malformed_request", "invalid_input", "too_large", "unsupported_media_type", "writing_closed"]
        if self.method == "POST":
            codes += ["idempotency_key_in_use", "idempotency_key_reused", "may_not"]
        if self.method == "PATCH":
            codes += ["changed_meanwhile", "if_match_required"]
        if self.view.is_centres:
            codes.append("centre_erased")
        return list(dict.fromkeys(codes))


def _parameter(name: str, where: str, words: str, schema: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": where, "description": words, "schema": schema or {"type": "string"}, **more}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, *_ON_ALL)}


def _name_of(kinds: list[problems.Kind]) -> str:
    return ".".join(kind.code for kind in kinds)


def _refusal(kinds: list[problems.Kind]) -> dict[str, Any]:
    more = {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}.get(kinds[0].status, [])
    code = {"properties": {"code": {"enum": [kind.code for kind in kinds]}}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, code]}
    return {
        "description": "\n".join(f"`{kind.code}`: {kind.title}. {kind.advice}" for kind in kinds),
        "headers": _headers(*more),
        "content": {problems.MEDIA_TYPE: {"schema": schema}},
    }


_PROBLEM = {
    "type": "object",
    "description": "A refusal, as RFC 9457 writes them.",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "A page that explains it."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": [kind.code for kind in problems.KINDS], "description": "Never changes."},
        "detail": {"type": "string"},
        "request_id": {"type": "string", "format": "uuid"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["in", "name", "code", "detail"],
                "properties": {
                    "in": {"type": "string", "enum": ["body", "query", "header"]},
                    "name": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


def describe(side: str) -> dict[str, Any]:
    """The description of one side's API, "hub" or "centre", in English."""
    with translation.override("en"):
        generator = SchemaGenerator(patterns=[path("api/v1/", include(_MODULES[side]))])
        made: dict[str, Any] = generator.get_schema(request=None, public=True)
        made["info"] = {"title": f"Balai: {side}", "version": "1", "description": _ABOUT[side]}
        made["servers"] = [{"url": "/"}]
        made["components"]["schemas"]["Problem"] = _PROBLEM
        made["components"]["headers"] = {
            name: {"description": words, "schema": {"type": "string"}} for name, words in _HEADERS.items()
        }
        made["components"]["responses"] = _refusals_of(made)
        made["components"]["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "description": "A token that you make in your account."}
        }
        made["tags"] = [{"name": name} for name in _TAGS if name in _used_tags(made)]
        made["x-scopes"] = [{"name": scope.value, "description": str(scope.label)} for scope in Scope]
        made["x-largest-body"] = LARGEST_BODY
        made["x-problems"] = [
            {"code": kind.code, "status": kind.status, "title": str(kind.title), "advice": str(kind.advice)}
            for kind in problems.KINDS
        ]
    return made


def _refusals_of(made: dict[str, Any]) -> dict[str, Any]:
    """The refusals that any operation refers to, by the names that ``_name_of`` gave them."""
    prefix = "#/components/responses/"
    operations = [operation for methods in made["paths"].values() for operation in methods.values()]
    named = {
        response["$ref"].removeprefix(prefix)
        for operation in operations
        for response in operation["responses"].values()
        if "$ref" in response
    }
    return {name: _refusal([problems.BY_CODE[code] for code in name.split(".")]) for name in sorted(named)}


def _used_tags(made: dict[str, Any]) -> set[str]:
    return {tag for methods in made["paths"].values() for operation in methods.values() for tag in operation["tags"]}


def write() -> None:
    """Bring the kept files in step with the code."""
    for side in _MODULES:
        (FOLDER / f"{side}.json").write_text(as_text(side))


def as_text(side: str) -> str:
    return json.dumps(describe(side), indent=1, ensure_ascii=False) + "\n"


@cache
def _kept(side: str) -> bytes:
    """The kept file without its line breaks."""
    kept = json.loads((FOLDER / f"{side}.json").read_text())
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()


@require_safe
@conditional_page
def hub(request: HttpRequest) -> HttpResponse:
    """The description of the hub's API."""
    return HttpResponse(_kept("hub"), content_type="application/json")


@require_safe
@conditional_page
def centre(request: HttpRequest) -> HttpResponse:
    """The description of a centre's API."""
    return HttpResponse(_kept("centre"), content_type="application/json")
