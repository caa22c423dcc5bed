"""Forms of transformation: evidence, visits, maturity, mentors, and ending a stage or a centre's taking part."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.accounts.models import User
from hub.centres.models import MaturityClass
from hub.programmes.models import EXPULSIONS, WITHDRAWALS, Exit
from hub.programmes.rulebook import Requirement, RequirementKind
from hub.transformation import queries
from hub.transformation.models import MOST_LEVEL, MOST_PHOTOS, Standard
from kernel import uploads

from .space_forms import DayField
from .stage_words import ABOUT, LEVELS, RUNGS
from .upload_forms import PaperField, PictureField

MOST_ACTIONS = 5  # that one visit's form takes
_MOST_AMOUNT = 1000
PHOTO_EDGE = 1600  # pixels


def reason_field(label: Any, help_text: Any = "", *, most: int = 500) -> forms.CharField:
    return forms.CharField(
        label=label, min_length=5, max_length=most, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3})
    )


# ---------------------------------------------------------------- evidence


class EvidenceForm(forms.Form):
    """What a centre shows for one requirement: in words, as a file, or both."""

    amount = forms.IntegerField(
        min_value=1, max_value=_MOST_AMOUNT, initial=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    text = forms.CharField(
        label=gettext_lazy("Describe it"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("What was done, when, and with whom."),
    )  # fmt: skip
    paper = PaperField(
        label=gettext_lazy("File"), required=False,
        help_text=gettext_lazy("A PDF of up to 10 MB, or a photo (JPEG or PNG) of up to 8 MB."),
    )  # fmt: skip

    def __init__(self, *args: Any, requirement: Requirement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        match requirement.kind:
            case RequirementKind.SESSIONS:
                self.fields["amount"].label = _("How many sessions does this show?")
            case RequirementKind.BATCH:
                self.fields["amount"].label = _("How many batches does this show?")
            case RequirementKind.INDICATOR:
                self.fields["amount"].label = _("Value reached, in per cent")
                self.fields["amount"].initial = None
                self.fields["amount"].help_text = _("The highest accepted value counts.")
            case _:
                del self.fields["amount"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data.setdefault("amount", 1)
        if not self.errors and not data.get("text") and not data.get("paper"):
            raise ValidationError(_("Describe what you show, or add a file."))
        return data


class ReturnForm(forms.Form):
    comment = forms.CharField(
        label=gettext_lazy("What is missing"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The centre reads this and sends it again."),
    )  # fmt: skip


# ---------------------------------------------------------------- visits


class ManyPicturesInput(forms.FileInput):
    allow_multiple_selected = True


class PicturesField(PictureField):
    """Several pictures at once; cleaned, they are as the platform wrote them."""

    widget = ManyPicturesInput

    def clean(self, data: Any, initial: Any = None) -> list[uploads.Picture]:  # type: ignore[override]
        came = [one for one in data or [] if one] if isinstance(data, list | tuple) else [data] if data else []
        if len(came) > MOST_PHOTOS:
            raise ValidationError(_("A visit has at most %(most)d photos.") % {"most": MOST_PHOTOS})
        if sum(one.size for one in came) > uploads.LARGEST_REQUEST:
            raise ValidationError(
                _("Together the photos are larger than %(most)d MB. Choose fewer; you can add the others afterwards.")
                % {"most": uploads.LARGEST_REQUEST // uploads.MEGABYTE}
            )
        return [picture for one in came if (picture := super(PicturesField, self).clean(one)) is not None]


class VisitForm(forms.Form):
    """A mentor's visit, written on a phone."""

    visited_on = DayField(label=gettext_lazy("Day of the visit"))
    seen = forms.CharField(
        label=gettext_lazy("What did you see?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy("Who taught, how many were there, what went well, what did not. The centre reads it."),
    )  # fmt: skip
    photos = PicturesField(
        label=gettext_lazy("Photos"), required=False, longest_edge=PHOTO_EDGE,
        help_text=gettext_lazy("Up to six. We make them small and delete where they were taken."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["visited_on"].initial = today
        self.fields["visited_on"].widget.attrs["max"] = today.isoformat()
        for number in range(MOST_ACTIONS):
            self.fields[f"action_{number}"] = forms.CharField(
                label=_("What was agreed"), max_length=500, required=False
            )
            self.fields[f"due_{number}"] = DayField(label=_("Until"), required=False)

    @property
    def actions(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        for number in range(MOST_ACTIONS):
            yield self[f"action_{number}"], self[f"due_{number}"]

    def clean_visited_on(self) -> date:
        day: date = self.cleaned_data["visited_on"]
        if day > timezone.localdate():
            raise ValidationError(_("Note a visit after it has taken place."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number in range(MOST_ACTIONS):
            text, due = data.get(f"action_{number}"), data.get(f"due_{number}")
            if text and not due and f"due_{number}" not in self.errors:
                self.add_error(f"due_{number}", _("Until when?"))
            if due and not text:
                self.add_error(f"action_{number}", _("What was agreed?"))
        return data

    @property
    def agreed(self) -> list[tuple[str, date]]:
        data = self.cleaned_data
        pairs = ((data.get(f"action_{number}"), data.get(f"due_{number}")) for number in range(MOST_ACTIONS))
        return [(text, due) for text, due in pairs if text and due]


class VisitPhotoForm(forms.Form):
    photo = PictureField(
        label=gettext_lazy("One more photo"), longest_edge=PHOTO_EDGE,
        error_messages={"required": gettext_lazy("Choose a photo.")},
    )  # fmt: skip


# ---------------------------------------------------------------- maturity and class


class MaturityForm(forms.Form):
    """The eight standards, each from 0 to 4."""

    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("On what you base it, and what would come next. The centre reads it."),
    )  # fmt: skip

    def __init__(self, *args: Any, levels: Sequence[int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(number, f"{number} · {words}") for number, words in enumerate(LEVELS)]
        assert len(choices) == MOST_LEVEL + 1
        for place, standard in enumerate(Standard):
            self.fields[standard.value] = forms.TypedChoiceField(
                label=standard.label, help_text=ABOUT[standard], choices=choices, coerce=int,
                widget=forms.RadioSelect, initial=levels[place] if levels else None,
                error_messages={"required": _("Choose a level.")},
            )  # fmt: skip

    @property
    def standards(self) -> list[forms.BoundField]:
        return [self[standard.value] for standard in Standard]

    @property
    def levels(self) -> list[int]:
        return [self.cleaned_data[standard.value] for standard in Standard]


class ClassForm(forms.Form):
    """A centre's rung on the ladder, and what shows that it stands there."""

    maturity_class = forms.ChoiceField(label=gettext_lazy("Class"), choices=MaturityClass.choices)
    evidence = reason_field(
        gettext_lazy("What shows it"),
        gettext_lazy("Such as: two companies pay for a batch each; 30 graduates work. It stands in the audit trail."),
        most=300,
    )

    @property
    def rungs(self) -> list[tuple[str, str, str]]:
        """Code, name, what it means."""
        return [(code, str(name), str(RUNGS[code])) for code, name in MaturityClass.choices]


# ---------------------------------------------------------------- mentors, and endings


class MentorField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return obj.name


class MentorForm(forms.Form):
    mentor = MentorField(label=gettext_lazy("Mentor"), queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mentor"].queryset = queries.mentors()  # type: ignore[attr-defined]


class FailForm(forms.Form):
    reason = reason_field(gettext_lazy("Reason"), gettext_lazy("The centre reads it, and it stays with the stage."))


class LeaveForm(forms.Form):
    """Why a centre leaves in the middle of its transformation: of the fixed list, with words."""

    exit = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[
            (gettext_lazy("It withdraws"), [(one.value, one.label) for one in WITHDRAWALS]),
            (gettext_lazy("It is expelled"), [(one.value, one.label) for one in EXPULSIONS]),
        ],
    )
    note = reason_field(gettext_lazy("In your words"), gettext_lazy("The centre reads it."))

    def clean_exit(self) -> Exit:
        return Exit(self.cleaned_data["exit"])
