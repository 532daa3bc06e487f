"""The receipt of a fingerprint: all that its owner needs to prove the file later. It is shown once."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from web.parts.fingerprints import groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`salt` is known to whoever shows the receipt, and kept nowhere. Empty fields are a script's to fill."""

    reference: str
    document: str = ""
    recorded_on: str = ""
    fingerprint: str = ""
    salt: str = ""

    @property
    def salt_groups(self) -> Sequence[str]:
        return groups(self.salt)

    @property
    def fingerprint_groups(self) -> Sequence[str]:
        return groups(self.fingerprint)

    @property
    def text(self) -> str:
        """As a file to keep beside the document."""
        file = gettext("FICHIER")
        lines = [
            gettext("REÇU D’EMPREINTE"),
            "",
            gettext("Dossier : %(reference)s") % {"reference": self.reference},
            gettext("Document : %(document)s") % {"document": self.document},
            gettext("Empreinte notée le : %(day)s") % {"day": self.recorded_on},
            gettext("Empreinte : %(fingerprint)s") % {"fingerprint": self.fingerprint},
            gettext("Sel : %(salt)s") % {"salt": self.salt},
            "",
            gettext("Gardez ce reçu et le fichier, sans le modifier. Sans le sel, l’empreinte ne prouve plus rien."),
            gettext("Pour vérifier sans nous, l’empreinte est SHA-256(sel, puis fichier) :"),
            f"  (printf %s {self.salt} | xxd -r -p; cat {file}) | sha256sum",
        ]
        return "\n".join(lines) + "\n"


def blank(reference: str) -> Receipt:
    """With places that the browser's script fills in."""
    return Receipt(
        reference=reference,
        document="{document}",
        recorded_on="{recorded_on}",
        fingerprint="{fingerprint}",
        salt="{salt}",
    )
