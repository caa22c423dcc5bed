"""A centre's application as a form of several pages: its steps, and where what was typed is kept."""

from functools import partial
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from hub.intake import operations, queries
from hub.intake.models import Application

from .intake_forms import (
    InstitutionForm,
    LicenceForm,
    MeansForm,
    PapersForm,
    PeopleForm,
    TaughtForm,
    WhereForm,
)
from .wizard import Step, Typed

FIRST = "lembaga"


class ApplicationDraft:
    """What was typed, under the link of its application; the application is made with the first page that is kept."""

    def __init__(self, application: Application | None = None, token: str = "") -> None:
        self.application, self.token = application, token

    def read(self) -> Typed:
        return queries.typed_of(self.application) if self.application else {}

    def keep(self, typed: Typed) -> None:
        now = timezone.now()
        if self.application:
            operations.keep_typed(self.application, typed, now=now)
        else:
            self.application, self.token = operations.begin(typed, now=now)

    def drop(self) -> None:
        """Nothing: sent, it is the application itself."""

    def url(self, word: str) -> str:
        if not self.token:
            return reverse("hub:apply_begin")
        return reverse("hub:apply_step", args=[self.token, word])

    def steps(self, typed: Typed) -> list[Step]:
        people = partial(PeopleForm, initial={"head_email": _first(typed, FIRST, "contact_email")})
        papers = partial(PapersForm, there=self._papers(), licence_kind=_first(typed, "izin", "licence_kind"))
        return [
            Step(FIRST, gettext_lazy("Centre"), InstitutionForm),
            Step("tempat", gettext_lazy("Place"), WhereForm),
            Step("izin", gettext_lazy("Licence"), LicenceForm),
            Step("kejuruan", gettext_lazy("Fields"), TaughtForm),
            Step("sarana", gettext_lazy("Facilities"), MeansForm),
            Step("orang", gettext_lazy("People"), people),
            Step("dokumen", gettext_lazy("Documents"), papers, self._put_away),
        ]

    def _papers(self) -> dict[str, Any]:
        return {paper.kind: paper for paper in self.application.papers.all()} if self.application else {}

    def _put_away(self, form: forms.Form) -> None:
        assert isinstance(form, PapersForm) and self.application is not None
        for kind, document in form.documents.items():
            operations.add_paper(self.application, kind, document, now=timezone.now())


def _first(typed: Typed, word: str, name: str) -> str:
    """What was typed into one field; empty if nothing was."""
    values = typed.get(word, {}).get(name)
    return values[0] if values else ""


def said(typed: Typed, word: str, *names: str) -> dict[str, str]:
    return {name: _first(typed, word, name) for name in names}
