"""What is sent to the vault: one or several photos or files that make one document, in order."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    Upload = UploadedFile[bytes]
else:
    Upload = UploadedFile

PHOTOS = "image/jpeg,image/png,image/heic,image/heif,image/webp,image/tiff"
ALL_KINDS = f"{PHOTOS},application/pdf,message/rfc822,.pdf,.heic,.eml"
NOTHING = _("Prenez une photo, ou choisissez un fichier.")
WHICH = _("Dites de quel document il s’agit.")


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files of one box, in the order in which the browser sends them."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in files]


class DocumentForm(forms.Form):
    """Mixin, before the audience's own form: the kind of document, a photo, files.

    `in_pieces`: no file comes with it, since a script sends them afterwards.
    """

    in_pieces = False

    kind = forms.ChoiceField(
        label=_("Quel document envoyez-vous ?"),
        widget=forms.RadioSelect,
        error_messages={"required": WHICH},
    )
    photo = forms.FileField(
        label=_("Prendre une photo"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": PHOTOS, "capture": "environment", "data-upload-box": ""}),
    )
    file = FilesField(
        label=_("Ou choisir une ou plusieurs photos, ou un fichier"),
        help_text=_("Photo, PDF ou courriel enregistré (EML), 25 Mo au plus en tout. Plusieurs pages : dans l’ordre."),
        required=False,
        allow_empty_file=True,
        widget=FilesInput(attrs={"accept": ALL_KINDS, "data-upload-box": ""}),
    )

    def offer(self, kinds: Iterable[tuple[str, Any]]) -> None:
        """The documents that this procedure knows; a single one is not asked about."""
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  narrows the type
        field.choices = list(kinds)
        if len(field.choices) == 1:
            field.widget = forms.HiddenInput()
            self.initial["kind"] = field.choices[0][0]

    def clean_file(self) -> list[Upload]:
        files: list[Upload] = self.cleaned_data["file"]
        if not self.in_pieces and not files and not self.files.get("photo"):
            raise ValidationError(str(NOTHING), code="required")
        return files

    @property
    def parts(self) -> Sequence[Upload]:
        """The photo that was just taken first."""
        photo: Upload | None = self.cleaned_data.get("photo")
        return [*([photo] if photo else []), *self.cleaned_data["file"]]
