"""Forms that take files. What leaves them has been through ``kernel.uploads``."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel import uploads
from kernel.errors import DomainError


class PictureField(forms.FileField):
    """A picture from a person's phone; cleaned, it is the picture as the platform wrote it, or None."""

    widget = forms.FileInput

    def __init__(self, *, longest_edge: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest_edge = longest_edge  # pixels
        # Phones that take HEIC hand out a JPEG when they see this.
        self.widget.attrs["accept"] = "image/jpeg,image/png,image/webp"

    def clean(self, data: Any, initial: Any = None) -> uploads.Picture | None:
        file = super().clean(data, initial)
        if not file:
            return None
        try:
            return uploads.picture(file, longest_edge=self.longest_edge)
        except DomainError as error:
            raise ValidationError(str(error), code=error.code) from error


class DocumentField(forms.FileField):
    """A PDF, or a picture of a page; cleaned, it is what the platform keeps of it, or None."""

    widget = forms.FileInput
    # Small print stays readable.
    LONGEST_EDGE = 2400  # pixels

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = "application/pdf,image/jpeg,image/png,image/webp"

    def clean(self, data: Any, initial: Any = None) -> uploads.Document | uploads.Picture | None:
        file = super().clean(data, initial)
        if not file:
            return None
        # Of what was too large to be taken in, nothing has arrived: the larger limit is the one to name.
        is_pdf = file.read(4) in (b"%PDF", b"")
        file.seek(0)
        try:
            return uploads.pdf(file) if is_pdf else uploads.picture(file, longest_edge=self.LONGEST_EDGE)
        except uploads.WrongKind as error:
            words = _("This is neither a PDF nor a picture. Choose a PDF, JPEG, PNG or WebP file.")
            raise ValidationError(words, code=error.code) from error
        except DomainError as error:
            raise ValidationError(str(error), code=error.code) from error


class PhotoForm(forms.Form):
    """The photo on a centre's page. Where there is one already, its text can change without it."""

    photo = PictureField(
        label=gettext_lazy("Photo"),
        # Enough for a sharp picture across a phone, little enough for a weak network.
        longest_edge=1200,
        error_messages={"required": gettext_lazy("Choose a photo.")},
        help_text=gettext_lazy("JPEG, PNG or WebP, up to 8 MB. We make it small and delete where it was taken."),
    )
    alt = forms.CharField(
        label=gettext_lazy("What the photo shows"),
        max_length=200,
        help_text=gettext_lazy("Read aloud to those who cannot see it. Such as: participants sewing uniforms."),
    )

    def __init__(self, *args: Any, has_photo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_photo:
            self.fields["photo"].required = False
            self.fields["photo"].label = gettext_lazy("Another photo")
