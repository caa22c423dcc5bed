"""Long lists by cursor: ``?limit=`` for a page's size, ``next`` and ``previous`` lead on. Nothing is ever skipped."""

from typing import Any

from django.core import signing
from django.utils.translation import gettext as _
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from .errors import Refusal, one_error

LARGEST_PAGE = 200


class Pages(CursorPagination):
    """DRF's cursor pages; the cursor is sealed for its own list, so that no made-up one reaches the database."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = LARGEST_PAGE
    template = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        self._signer = signing.Signer(salt=f"api.cursor.{request.path}")
        return super().paginate_queryset(queryset, request, view)

    def get_page_size(self, request: Request) -> int:
        wanted = request.query_params.get("limit")
        if wanted is None:
            return self.page_size
        # Digits of ASCII only: int() would take other scripts' and spaces too.
        if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted[:4]) <= LARGEST_PAGE and len(wanted) <= 4:
            return int(wanted)
        detail = _("A whole number from 1 to %(most)d.") % {"most": LARGEST_PAGE}
        raise Refusal("invalid_parameter", errors=[one_error("query", "limit", "out_of_range", detail)])

    def decode_cursor(self, request: Request) -> Cursor | None:
        given = request.query_params.get("cursor")
        if given is None:
            return None
        try:
            offset, reverse, position = self._signer.unsign_object(given)
        except (signing.BadSignature, ValueError):
            raise Refusal("unknown_cursor") from None
        return Cursor(offset, reverse, position)

    def encode_cursor(self, cursor: Cursor) -> str:
        sealed = self._signer.sign_object([cursor.offset, cursor.reverse, cursor.position])
        return replace_query_param(str(self.base_url), "cursor", sealed)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": self.page_size}
        return [
            {
                "name": "limit", "in": "query", "required": False, "schema": limit,
                "description": _("How many rows a page has."),
            },
            {
                "name": "cursor", "in": "query", "required": False, "schema": {"type": "string", "minLength": 1},
                "description": _("Where the page begins; comes ready-made in “next” and “previous”."),
            },
        ]  # fmt: skip


class ByName(Pages):
    ordering = ("name", "id")


class ByCode(Pages):
    ordering = ("code",)


class ById(Pages):
    ordering = ("id",)


class NewestStart(Pages):
    ordering = ("-started_at", "id")


class NewestSent(Pages):
    ordering = ("-sent_at", "-id")


class NewestOpening(Pages):
    ordering = ("-opens_on", "id")


class Newest(Pages):
    ordering = ("-published_at", "-id")
