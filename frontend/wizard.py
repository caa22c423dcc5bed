"""Forms of several pages. What was typed is kept as a draft, so it can be left and gone on with elsewhere.

A wizard is a list of steps, each a form, and what happens at the end. Every step has an address of its own; the last
one shows everything before it is sent. Works without JavaScript.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.accounts.models import User
from hub.preferences import operations, queries
from kernel.errors import DomainError

Typed = dict[str, dict[str, list[str]]]  # step → field → values
CHECK = "periksa"  # the last step: everything once more


class Draft(Protocol):
    """Where what was typed is kept between two pages."""

    def read(self) -> Typed: ...

    def keep(self, typed: Typed) -> None: ...

    def drop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """A signed-in person's draft of one form, such as "new-centre"."""

    user: User
    form: str

    def read(self) -> Typed:
        return queries.draft_of(self.user, self.form)

    def keep(self, typed: Typed) -> None:
        operations.keep_draft(self.user, self.form, typed, now=timezone.now())

    def drop(self) -> None:
        operations.drop_draft(self.user, self.form)


@dataclass(frozen=True, slots=True)
class Step:
    """One page: the word in its address, its name, and how its form is made (as a form class is called)."""

    word: str
    label: Any
    form: Callable[..., forms.Form]
    # What is done with a valid form besides keeping what was typed, such as putting its files away.
    after: Callable[[forms.Form], None] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A step as the bar at the top shows it. ``state`` is done, now or todo."""

    label: Any
    url: str
    number: int
    state: str


class Wizard:
    """One person's way through a form of several pages.

    ``steps`` gives them from what was typed so far, ``url`` a step's address from its word. ``closing`` makes a form
    that stands on the last page, and ``remarks`` says by a field's name what somebody wants changed there.
    """

    def __init__(  # noqa: PLR0913
        self,
        request: HttpRequest,
        draft: Draft,
        steps: Callable[[Typed], Sequence[Step]],
        url: Callable[[str], str],
        *,
        closing: Callable[..., forms.Form] | None = None,
        remarks: Mapping[str, str] | None = None,
    ) -> None:
        self.request, self.draft, self.url = request, draft, url
        self.closing, self.remarks = closing, remarks or {}
        self.typed = draft.read()
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
            self.draft.drop()
            return redirect(self.url(self.steps[0].word))
        missing = self.first_missing()
        if word == CHECK:
            return self._last_page(missing, finish, template, context)
        step = next((one for one in self.steps if one.word == word), None)
        if step is None:
            raise Http404
        if missing is not None and self._number(step) > self._number(missing):
            return redirect(self.url(missing.word))
        return self._step_page(step, template, context)

    def _step_page(self, step: Step, template: str, context: dict[str, Any]) -> HttpResponse:
        is_sent = self.request.method == "POST"
        form = step.form(self.request.POST, self.request.FILES) if is_sent else self._form(step)
        if is_sent and form.is_valid():
            names = [form.add_prefix(name) for name in form.fields]
            if step.after:
                step.after(form)
            self.typed[step.word] = {name: self.request.POST.getlist(name) for name in names}
            self.draft.keep(self.typed)
            return redirect(self.url(self._after(step)))
        self._put_remarks(form)
        return render(self.request, template, {**context, **self._around(step.word), "form": form})

    def _last_page(
        self, missing: Step | None, finish: Callable[[dict[str, Any]], HttpResponse], template: str, context: dict
    ) -> HttpResponse:
        if missing is not None:
            return redirect(self.url(missing.word))
        error, is_sent = "", self.request.method == "POST"
        form = self.closing(self.request.POST if is_sent else None) if self.closing else None
        if is_sent and (form is None or form.is_valid()):
            try:
                response = finish(self._cleaned(form))
            except DomainError as refused:
                error = str(refused)
            else:
                self.draft.drop()
                return response
        shown = {**self._around(CHECK), "answers": list(self._answers()), "error": error, "form": form}
        return render(self.request, template, {**context, **shown})

    def _cleaned(self, closing: forms.Form | None) -> dict[str, Any]:
        cleaned = {name: value for step in self.steps for name, value in self._form(step).cleaned_data.items()}
        return cleaned | (closing.cleaned_data if closing else {})

    def _put_remarks(self, form: forms.Form) -> None:
        for name, remark in self.remarks.items():
            if name in form.fields:
                setattr(form.fields[name], "remark", remark)  # noqa: B010  (for c-form-field)

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

    def first_missing(self) -> Step | None:
        """The first step that is not answered, or not any more; None once all are."""
        return next((step for step in self.steps if not self._form(step).is_valid()), None)

    def _number(self, step: Step) -> int:
        return self.steps.index(step)

    def _after(self, step: Step) -> str:
        later = self.steps[self._number(step) + 1 :]
        is_whole = all(one.word in self.typed for one in later)
        return later[0].word if later and not ("ringkas" in self.request.POST and is_whole) else CHECK

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
            "is_whole": all(one in self.typed for one in words),
            "has_draft": bool(self.typed),
        }

    def _answers(self) -> Iterator[tuple[Any, str, list[tuple[Any, str, str]]]]:
        """Everything for the last page: a step's label, its address, and its fields with answer and remark."""
        for step in self.steps:
            form = self._form(step)
            lines = [
                (field.label, _said(field, form.cleaned_data.get(field.name)), self.remarks.get(field.name, ""))
                for field in form
            ]
            yield step.label, self.url(step.word), lines


def _said(field: forms.BoundField, value: Any) -> str:
    if isinstance(field.field, forms.FileField):
        return getattr(field.field, "there_already", "") or "–"
    if value in (None, "", []):
        return "–"
    if isinstance(field.field, forms.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field.field, forms.ModelMultipleChoiceField):
        return ", ".join(str(one) for one in value) or "–"
    if isinstance(field.field, forms.ChoiceField) and not isinstance(field.field, forms.ModelChoiceField):
        return str(dict(field.field.choices).get(value, value))  # type: ignore[arg-type]
    return str(value)
