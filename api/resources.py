"""What every view of the API has in common: scopes, limits, parameters, sparse fields, ETags."""

import hashlib
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from hub.tokens.scopes import Scope

from . import limits
from .description import Described
from .errors import Refusal, one_error
from .operation import Operation
from .parsers import BoundedJSONParser
from .people import TokenAuthentication, token_of


class Filters(DjangoFilterBackend):
    """django-filter's filters; a value that one cannot take is refused by name."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            errors = [
                one_error("query", name, one.code or "invalid", message)
                for name, found in filterset.errors.as_data().items()
                for one in found
                for message in one.messages
            ]
            raise Refusal("invalid_parameter", errors=errors)
        return filterset.qs


@method_decorator(conditional_page, name="dispatch")
class Resource(GenericAPIView[Any]):
    """One address. What a method is, and which scope it needs, stands in ``operations``."""

    operations: ClassVar[dict[str, Operation]] = {}
    tag: ClassVar[str] = ""  # the heading under which it is documented
    # True where a token is needed, and any will do.
    needs_token: ClassVar[bool] = False
    is_centres: ClassVar[bool] = False
    authentication_classes = (TokenAuthentication,)
    parser_classes = (BoundedJSONParser,)
    schema = Described()
    filter_backends = (Filters,)
    pagination_class: type[CursorPagination] | None = None

    # ------------------------------------------------------------ doors

    def perform_authentication(self, request: Request) -> None:
        """Each request counts against its token; one with a token that opens nothing, against its address."""
        try:
            super().perform_authentication(request)
        except (AuthenticationFailed, Refusal):
            limits.count(request)
            raise
        limits.count(request)

    def check_permissions(self, request: Request) -> None:
        """A token, then the person's right, then the token's. What is not theirs is not there, whatever its scopes."""
        if not self._is_known(request):
            return
        scope = self.scope(request)
        if request.auth is None and (scope or self.needs_token):
            raise NotAuthenticated
        if scope is None:
            return
        self.open_door(request)
        if not token_of(request).may(scope):
            raise Refusal("insufficient_scope", _("The scope “%(scope)s” is missing.") % {"scope": scope.value})

    def _is_known(self, request: Request) -> bool:
        """False for a method that is answered by 405, whoever asks and whatever came with it."""
        return request.method in self.operations or (request.method == "HEAD" and "GET" in self.operations)

    def scope(self, request: Request) -> Scope | None:
        """What the method needs; a HEAD needs what the GET does."""
        operation = self.operations.get("GET" if request.method == "HEAD" else str(request.method))
        return operation.scope if operation else None

    def open_door(self, request: Request) -> None:
        """Raises NotVisible for whoever has no role here."""

    # ------------------------------------------------------------ parameters

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self._check_parameters(request)

    def parameters(self) -> list[str]:
        """Names of the query's parameters that a GET takes."""
        names = ["fields"]
        if self.pagination_class is not None:
            names += ["limit", "cursor"]
        filterset: Any = getattr(self, "filterset_class", None)
        return names + list(filterset.base_filters if filterset else ())

    def _check_parameters(self, request: Request) -> None:
        if not self._is_known(request):
            return
        known = self.parameters() if request.method in ("GET", "HEAD") else []
        for name, values in request.query_params.lists():
            if name not in known:
                detail = _("Known here: %(names)s.") % {"names": ", ".join(known) or "–"}
                raise Refusal("unknown_parameter", errors=[one_error("query", name, "unknown", detail)])
            if len(values) > 1:
                _refuse_parameter(name, "repeated", _("Given more than once."))
            # What a cursor is, only its seal can tell.
            if not (values[0] if name == "cursor" else values[0].strip()):
                _refuse_parameter(name, "blank", _("Give it a value or leave it out."))
            if "\0" in values[0] and name != "cursor":
                _refuse_parameter(name, "null_character", _("Null characters are not allowed."))
        if "fields" in request.query_params:
            self._check_fields(request.query_params["fields"].split(","))

    def _check_fields(self, wanted: list[str]) -> None:
        serializer: Any = self.get_serializer_class()()
        known = list(serializer.fields)
        for name in wanted:
            if name not in known:
                _refuse_parameter("fields", "unknown", _("Known here: %(names)s.") % {"names": ", ".join(known)})

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """With ``?fields=`` only those fields."""
        serializer: Any = super().get_serializer(*args, **kwargs)
        wanted = self.request.query_params.get("fields") if self.request else None
        if wanted is not None:
            row = getattr(serializer, "child", serializer)
            for name in set(row.fields) - set(wanted.split(",")):
                del row.fields[name]
        return serializer

    def sent(self, request: Request) -> dict[str, Any]:
        """The body that the method was sent, as ``operations`` says what it takes. Raises ValidationError."""
        takes = self.operations[str(request.method)].body
        assert takes is not None
        body = takes(data=request.data)
        body.is_valid(raise_exception=True)
        said: dict[str, Any] = body.validated_data
        return said

    # ------------------------------------------------------------ answers

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """May be kept, but is asked for again each time; what needs a token is kept by its owner alone."""
        response = super().finalize_response(request, response, *args, **kwargs)
        is_private = self.needs_token or self.scope(request) is not None
        response.headers.setdefault("Cache-Control", "private, no-cache" if is_private else "no-cache")
        patch_vary_headers(response, ("Authorization",))
        return response


class ListOf(ListModelMixin, Resource):
    """A list by pages."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)


class One(Resource):
    """One thing."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


def _refuse_parameter(name: str, code: str, detail: str) -> None:
    raise Refusal("invalid_parameter", errors=[one_error("query", name, code, detail)])


def etag_of(data: Any) -> str:
    """A strong validator of one representation."""
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


def has_match(request: Request, etag: str) -> bool:
    """Whether the caller has read this very version (If-Match). Raises Refusal where they do not say which."""
    given = request.headers.get("If-Match")
    if given is None:
        raise Refusal("if_match_required")
    known = parse_etags(given)
    return known == ["*"] or etag in known
