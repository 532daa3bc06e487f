"""Why a case that a colleague follows is opened."""

from django.utils.translation import gettext_lazy as _

from web.desk.forms.base import DeskForm, note_box


class ReasonForm(DeskForm):
    reason = note_box(
        label=_("Pourquoi ouvrez-vous ce dossier ?"),
        help_text=_(
            "Une phrase suffit, par exemple : « La personne rappelle, sa bénévole est absente. » "
            "Elle reste dans le dossier. La personne voit qui a ouvert son dossier, pas cette phrase."
        ),
        required=True,
        max_length=300,
    )
