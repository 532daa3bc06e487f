"""A file that its owner keeps: what is asked for to note its fingerprint, and to prove it later.

With a script the browser does the sum. Without one the file is sent once, held in memory and dropped.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from cases.rules import fingerprints
from vault.rules.refusals import Code, Refused
from web.parts.forms import HouseForm

GROUP = 4
# A receipt holds the salt and the fingerprint; each that is tried is a sum over the whole file.
MOST_SALTS = 4


class SignsField(forms.Field):
    """A line of signs that a machine made. No CharField: the search for personal numbers would find some by chance."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class KeptFileForm(HouseForm, forms.Form):
    """Mixin, before the audience's own form: the file, which is read here and nowhere kept.

    `status`: of the page that shows what is wrong.
    """

    status = 422

    file = forms.FileField(
        label=_("Le fichier que vous gardez"),
        help_text=_("PDF, photo ou courriel, 25 Mo au plus. Ne le modifiez plus : un fichier changé ne prouve rien."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"data-kept-file": ""}),
    )

    def hashed(self, *, salt: bytes) -> str:
        """The fingerprint of the file that was sent."""
        return fingerprints.fingerprint_of(self._pieces(), salt=salt)

    def _pieces(self) -> Iterable[bytes]:
        file = self.cleaned_data["file"]
        file.seek(0)
        return file.chunks()  # type: ignore[no-any-return]  # an UploadedFile

    def weigh(self) -> None:
        """Say what is wrong with the size of the file that was sent."""
        file = self.cleaned_data.get("file")
        if not file:
            self.add_error("file", gettext("Choisissez le fichier."))
        elif file.size > settings.UPLOAD_MAX_BYTES:
            self.add_error("file", Refused(Code.TOO_HEAVY).say(get_language() or "fr"))
            self.status = 413
        elif file.size == 0:
            self.add_error("file", Refused(Code.EMPTY).say(get_language() or "fr"))


class ProofForm(KeptFileForm):
    """The file and the salt: as a receipt that was saved, or typed."""

    file = forms.FileField(
        label=_("Le fichier"),
        help_text=_("Tel qu’il était ce jour-là, sans l’avoir modifié ni réenregistré."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"data-kept-file": ""}),
    )
    receipt = forms.FileField(
        label=_("Le reçu, s’il est dans un fichier"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "text/plain,.txt", "data-proof-receipt": ""}),
    )
    salt = SignsField(
        label=_("Ou le sel, recopié du reçu"),
        help_text=_("64 signes, chiffres et lettres de a à f ; les espaces ne comptent pas."),
        required=False,
        widget=forms.TextInput(attrs={"data-proof-salt": ""}),
    )

    def clean(self) -> dict[str, Any]:
        self.weigh()
        if not self._salts():
            self.add_error("salt", _("Donnez le reçu, ou recopiez les 64 signes du sel."))
        return self.cleaned_data

    def _salts(self) -> list[bytes]:
        receipt = self.cleaned_data.get("receipt")
        told = receipt.read(fingerprints.LONGEST).decode("utf-8", "replace") if receipt else ""
        if receipt:
            receipt.seek(0)
        return fingerprints.salts_in(told) or fingerprints.salts_in(str(self.cleaned_data.get("salt") or ""))

    def proves(self, fingerprint: str) -> bool:
        others = [salt for salt in self._salts() if salt.hex() != fingerprint]
        return any(self.hashed(salt=salt) == fingerprint for salt in others[:MOST_SALTS])


def groups(signs: str) -> list[str]:
    """For the eye: four signs at a time."""
    return [signs[at : at + GROUP] for at in range(0, len(signs), GROUP)]
