"""The cases around a case: the household's others, what it goes on from, and what goes on from it."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.access import Chain
from cases.models import Case
from web.desk.pages.case import Way
from web.desk.pages.head import who
from web.desk.pages.words import definition_of, say


def family(rows: Sequence[Case], *, but: Case) -> list[Way]:
    """The household's other cases."""
    return [
        Way(
            url=f"{reverse('desk:case', args=[row.reference])}?de=recherche",
            label=f"{who(row)} · {say(definition_of(row).short)}",
            icon="check" if row.is_closed else "folder",
        )
        for row in rows
        if row.pk != but.pk
    ]


def ties(chain: Chain) -> list[Way]:
    """The case that this one goes on from, and those that go on from it, as far as the reader may see them."""
    former = [(one, _("Suite du dossier %(reference)s, %(procedure)s"), "left") for one in chain.former[:1]]
    following = [(one, _("Continué dans %(reference)s, %(procedure)s"), "right") for one in chain.following]
    return [
        Way(
            url=f"{reverse('desk:case', args=[one.reference])}?de=recherche",
            label=words % {"reference": one.reference, "procedure": say(definition_of(one).short)},
            icon=icon,
        )
        for one, words, icon in (*former, *following)
    ]
