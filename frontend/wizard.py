"""Forms of several pages. What was typed is kept as the person's draft, so it can be left and gone on with elsewhere.

A wizard is a list of steps, each a form, and what happens at the end. Every step has an address of its own; the last
one shows everything before it is sent. Works without JavaScript.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.preferences import operations, queries
from kernel.errors import DomainError

from .people import person

Typed = dict[str, dict[str, list[str]]]  # step → field → values
CHECK = "periksa"  # the last step: everything once more


@dataclass(frozen=True, slots=True)
class Step:
    """One page: the word in its address, its name, and how its form is made (as a form class is called)."""

    word: str
    label: Any
    form: Callable[..., forms.Form]


@dataclass(frozen=True, slots=True)
class Shown:
    """A step as the bar at the top shows it. ``state`` is done, now or todo."""

    label: Any
    url: str
    number: int
    state: str


class Wizard:
    """One person's way through a form of several pages.

    ``steps`` gives them from what was typed so far, ``url`` a step's address from its word.
    """

    def __init__(
        self, request: HttpRequest, name: str, steps: Callable[[Typed], Sequence[Step]], url: Callable[[str], str]
    ) -> None:
        self.request, self.name, self.url = request, name, url
        self.typed = queries.draft_of(person(request), name)
        self.steps = list(steps(self.typed))
        self._forms: dict[str, forms.Form] = {}  # made and checked once a request

    def page(
        self, word: str, finish: Callable[[dict[str, Any]], HttpResponse], template: str, context: dict[str, Any]
    ) -> HttpResponse:
        """The page of a step, or what follows from what was sent.

        ``finish`` takes the cleaned data of all steps together; a DomainError of it stands above the last page, and
        everything typed is kept.
        """
        if self.request.method == "POST" and "buang" in self.request.POST:
            operations.drop_draft(person(self.request), self.name)
            return redirect(self.url(self.steps[0].word))
        missing = self._first_missing()
        if word == CHECK:
            return self._last_page(missing, finish, template, context)
        step = next((one for one in self.steps if one.word == word), None)
        if step is None:
            raise Http404
        if missing is not None and self._number(step) > self._number(missing):
            return redirect(self.url(missing.word))
        return self._step_page(step, template, context)

    def _step_page(self, step: Step, template: str, context: dict[str, Any]) -> HttpResponse:
        form = step.form(self.request.POST) if self.request.method == "POST" else self._form(step)
        if self.request.method == "POST" and form.is_valid():
            names = [form.add_prefix(name) for name in form.fields]
            self.typed[step.word] = {name: self.request.POST.getlist(name) for name in names}
            operations.keep_draft(person(self.request), self.name, self.typed, now=timezone.now())
            return redirect(self.url(self._after(step)))
        return render(self.request, template, {**context, **self._around(step.word), "form": form})

    def _last_page(
        self, missing: Step | None, finish: Callable[[dict[str, Any]], HttpResponse], template: str, context: dict
    ) -> HttpResponse:
        if missing is not None:
            return redirect(self.url(missing.word))
        error = ""
        if self.request.method == "POST":
            cleaned = {name: value for step in self.steps for name, value in self._form(step).cleaned_data.items()}
            try:
                response = finish(cleaned)
            except DomainError as refused:
                error = str(refused)
            else:
                operations.drop_draft(person(self.request), self.name)
                return response
        shown = {**context, **self._around(CHECK), "answers": list(self._answers()), "error": error}
        return render(self.request, template, shown)

    def _form(self, step: Step) -> forms.Form:
        """The step's form with what was typed before; checked, as what was free then may be taken now."""
        if step.word not in self._forms:
            self._forms[step.word] = self._made(step)
        return self._forms[step.word]

    def _made(self, step: Step) -> forms.Form:
        if step.word not in self.typed:
            return step.form()
        data = QueryDict(mutable=True)
        for name, values in self.typed[step.word].items():
            data.setlist(name, values)
        form = step.form(data)
        form.is_valid()
        return form

    def _first_missing(self) -> Step | None:
        return next((step for step in self.steps if not self._form(step).is_valid()), None)

    def _number(self, step: Step) -> int:
        return self.steps.index(step)

    def _after(self, step: Step) -> str:
        later = self.steps[self._number(step) + 1 :]
        return later[0].word if later else CHECK

    def _around(self, word: str) -> dict[str, Any]:
        words = [step.word for step in self.steps]
        at = words.index(word) if word in words else len(words)
        labels = [*(step.label for step in self.steps), _("Check and send")]
        shown = []
        for number, (label, one) in enumerate(zip(labels, [*words, CHECK], strict=True)):
            is_done = one in self.typed and number != at
            state = "now" if number == at else "done" if is_done else "todo"
            shown.append(Shown(label, self.url(one) if is_done else "", number + 1, state))
        return {
            "steps": shown,
            "back_url": self.url(words[at - 1]) if at else "",
            "is_last": word == CHECK,
            "has_draft": bool(self.typed),
        }

    def _answers(self) -> Iterator[tuple[Any, str, list[tuple[Any, str]]]]:
        """Everything for the last page: a step's label, its address, and its fields with what was answered."""
        for step in self.steps:
            form = self._form(step)
            lines = [(field.label, _said(field, form.cleaned_data.get(field.name))) for field in form]
            yield step.label, self.url(step.word), lines


def _said(field: forms.BoundField, value: Any) -> str:
    if value in (None, "", []):
        return "–"
    if isinstance(field.field, forms.ModelMultipleChoiceField):
        return ", ".join(str(one) for one in value) or "–"
    if isinstance(field.field, forms.ChoiceField) and not isinstance(field.field, forms.ModelChoiceField):
        return str(dict(field.field.choices).get(value, value))  # type: ignore[arg-type]
    return str(value)
