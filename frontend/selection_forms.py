"""Forms of selection: applying, scoring, deciding, appealing. What is typed stays in them when something is wrong."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.programmes.models import WITHDRAWALS, Exit
from hub.programmes.rulebook import Criterion
from hub.regions.queries import all_provinces
from hub.selection.models import Assessment

from .upload_forms import PaperField

MOST_NOTE = 1000  # characters of one note on a criterion


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


# ---------------------------------------------------------------- a centre


class ApplicationForm(forms.Form):
    """What a centre writes. Saved as typed: only sending asks for the first two."""

    motivation = forms.CharField(
        label=gettext_lazy("Why does your centre want to take part?"),
        max_length=4000,
        required=False,
        widget=_area(7),
        help_text=gettext_lazy("What should be different in a year? Whom would it help?"),
    )
    plan = forms.CharField(
        label=gettext_lazy("What do you plan?"),
        max_length=4000,
        required=False,
        widget=_area(7),
        help_text=gettext_lazy("Which courses, for whom, how many batches, with whom and where."),
    )
    partners = forms.CharField(
        label=gettext_lazy("Who works with you?"),
        max_length=2000,
        required=False,
        widget=_area(4),
        help_text=gettext_lazy("Workshops, companies, village funds, other centres. What they do for you."),
    )


class AttachmentForm(forms.Form):
    """A document beside the application."""

    title = forms.CharField(
        label=gettext_lazy("Name of the document"),
        max_length=150,
        help_text=gettext_lazy("Such as: letter of the foundation."),
    )
    file = PaperField(
        label=gettext_lazy("File"),
        error_messages={"required": gettext_lazy("Choose a file.")},
        help_text=gettext_lazy("A PDF of up to 10 MB, or a photo of the paper (JPEG or PNG) of up to 8 MB."),
    )


class SendForm(forms.Form):
    """The last look before an application goes off."""

    is_true = forms.BooleanField(
        label=gettext_lazy("All of this is true, and our foundation agrees."),
        error_messages={"required": gettext_lazy("Tick this first: your centre answers for what it sends.")},
    )


class AppealForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What is wrong with the result?"),
        max_length=4000,
        widget=_area(7),
        help_text=gettext_lazy("Name the criterion, and what shows that the points do not fit. The ministry reads it."),
        error_messages={"required": gettext_lazy("Write what is wrong with the result.")},
    )


class WithdrawForm(forms.Form):
    """A centre's own reasons are the first part of the fixed list."""

    exit = forms.ChoiceField(
        label=gettext_lazy("Why do you withdraw?"), choices=[(one.value, one.label) for one in WITHDRAWALS]
    )
    note = forms.CharField(
        label=gettext_lazy("What else the ministry should know"), max_length=500, required=False, widget=_area(3)
    )

    def clean_exit(self) -> Exit:
        return Exit(self.cleaned_data["exit"])


# ---------------------------------------------------------------- an assessor


class ScoreForm(forms.Form):
    """Points and a note for each criterion of a rubric, and a comment on the whole. A draft may lack points."""

    comment = forms.CharField(
        label=gettext_lazy("Comment on the whole"),
        max_length=4000,
        required=False,
        widget=_area(4),
        help_text=gettext_lazy("For the decision meeting. The centre does not read it."),
    )

    def __init__(self, data: Any, *, assessment: Assessment) -> None:
        self.criteria = assessment.round.rules.criteria
        initial: dict[str, Any] = {"comment": assessment.comment}
        for place, points in enumerate(assessment.points):
            initial[f"points_{place}"] = "" if points is None else str(points)
            initial[f"note_{place}"] = assessment.notes.get(str(place), "")
        super().__init__(data, initial=initial)
        for place, criterion in enumerate(self.criteria):
            scale = [(str(number), str(number)) for number in range(criterion.most + 1)]
            self.fields[f"points_{place}"] = forms.ChoiceField(
                label=criterion.name, choices=scale, required=False, widget=forms.RadioSelect
            )
            self.fields[f"note_{place}"] = forms.CharField(
                label=gettext_lazy("Why?"), max_length=MOST_NOTE, required=False, widget=_area(2)
            )

    def rows(self) -> Iterator[tuple[int, Criterion, int, forms.BoundField, forms.BoundField]]:
        """Number from 1, criterion, its share of the whole in percent, and its two fields."""
        weight = sum(one.weight for one in self.criteria)
        for place, one in enumerate(self.criteria):
            share = round(100 * one.weight / weight)
            yield place + 1, one, share, self[f"points_{place}"], self[f"note_{place}"]

    @property
    def said(self) -> dict[str, Any]:
        """As ``selection.operations.keep_scores`` takes it."""
        values = [self.cleaned_data[f"points_{place}"] for place in range(len(self.criteria))]
        notes = {str(place): self.cleaned_data[f"note_{place}"].strip() for place in range(len(self.criteria))}
        return {
            "points": [int(value) if value else None for value in values],
            "notes": {place: note for place, note in notes.items() if note},
            "comment": self.cleaned_data["comment"].strip(),
        }

    def require_all(self) -> bool:
        """Whether every criterion has points; those that lack them say so. Of a valid form."""
        for place in range(len(self.criteria)):
            if not self.cleaned_data[f"points_{place}"]:
                self.add_error(f"points_{place}", _("Give points here."))
        return not self.errors


class RecuseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Which conflict of interest is it?"),
        max_length=500,
        widget=_area(3),
        help_text=gettext_lazy("Such as: I trained there, a relative works there. The ministry reads it."),
        error_messages={"required": gettext_lazy("Say why you decline.")},
    )


# ---------------------------------------------------------------- the ministry


class ReopenForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why is scoring opened again?"),
        max_length=500,
        widget=_area(3),
        help_text=gettext_lazy("It stands in the audit trail."),
        error_messages={"required": gettext_lazy("Give a reason.")},
    )


class AnswerForm(forms.Form):
    """The answer to an appeal: whether it is right, the corrected score where there is one, and the reason."""

    upheld = forms.ChoiceField(
        label=gettext_lazy("Answer"),
        choices=[("ya", gettext_lazy("Uphold the appeal")), ("tidak", gettext_lazy("Reject the appeal"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )
    score = forms.DecimalField(
        label=gettext_lazy("Corrected score"),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=3,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy("0 to 100, only if you uphold it. The place follows from the score and the rules."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=_area(5),
        help_text=gettext_lazy("The centre reads it."),
        error_messages={"required": gettext_lazy("Give a reason: the centre reads it.")},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("upheld") == "ya" and data.get("score") is None and "score" not in self.errors:
            self.add_error("score", _("Give the corrected score."))
        return data

    @property
    def said(self) -> dict[str, Any]:
        """As ``workflows.selecting.answer_appeal`` takes it."""
        upheld, score = self.cleaned_data["upheld"] == "ya", self.cleaned_data["score"]
        thousandths = int(score * Decimal(1000)) if upheld and score is not None else None
        return {"upheld": upheld, "score": thousandths, "reason": self.cleaned_data["reason"]}


class AssessorForm(forms.Form):
    """What is known of an assessor, so that nobody scores what is their own business."""

    province = forms.ChoiceField(
        label=gettext_lazy("Province"),
        help_text=gettext_lazy("Where the person lives or works. Centres from there are never given to them."),
    )
    foundation = forms.CharField(
        label=gettext_lazy("Foundation"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("If the person belongs to one that runs centres."),
    )
    is_available = forms.BooleanField(label=gettext_lazy("Takes new applications"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["province"]
        assert isinstance(field, forms.ChoiceField)
        provinces = sorted(((one.code, str(one)) for one in all_provinces()), key=lambda one: one[1])
        field.choices = [("", _("Choose a province")), *provinces]
