"""The measure of a page: the least that Django can answer, a word from a view, without middleware and database."""

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import path


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [path("", hello)]


class _Request(WSGIRequest):
    urlconf = __name__


class Hello(WSGIHandler):
    """Django as it is, in the process that serves our pages, with no middleware and one address."""

    request_class = _Request

    def __init__(self) -> None:
        with override_settings(MIDDLEWARE=[]):
            super().__init__()
