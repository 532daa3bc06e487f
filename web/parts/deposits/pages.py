"""A deposit on its way: what happens to it now, or why it came to nothing."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vault.rules.refusals import SENTENCES, Code
from web.parts.deposits.rooms import Room
from web.parts.deposits.words import ADVICE

REFRESH = 5
SLOW_AFTER = timedelta(minutes=3)
STEPS: tuple[str | Promise, ...] = (
    gettext_lazy("Envoi"),
    gettext_lazy("Analyse"),
    gettext_lazy("Vérification"),
    gettext_lazy("Mise à l’abri"),
)
# By the stored state: the step, the title, what happens.
_NOW: dict[str, tuple[int, str | Promise, str | Promise]] = {
    "OUVERT": (
        0,
        gettext_lazy("L’envoi n’est pas fini."),
        gettext_lazy("Une partie du document manque encore. S’il ne se passe rien, envoyez-le de nouveau."),
    ),
    "RECU": (
        1,
        gettext_lazy("Votre document est arrivé."),
        gettext_lazy("Il attend son tour. La machine va y chercher les numéros à cacher."),
    ),
    "ANALYSE": (
        1,
        gettext_lazy("Votre document est arrivé."),
        gettext_lazy("La machine lit le document et cache les numéros. Cela prend d’ordinaire moins d’une minute."),
    ),
    "A_CONFIRMER": (
        3,
        gettext_lazy("Nous mettons votre document à l’abri."),
        gettext_lazy("Les pages que vous avez vérifiées sont chiffrées, et ce que vous avez envoyé est détruit."),
    ),
}
# What a better photo mends.
_OF_THE_PHOTO = {Code.UNREADABLE, Code.TO_REVIEW, Code.ANALYSIS, Code.DAMAGED}
_TITLES: dict[str, str | Promise] = {
    "A_REVOIR": gettext_lazy("Reprenez la photo."),
    "EXPIRE": gettext_lazy("Le temps est passé."),
    "DETRUIT": gettext_lazy("Ce document est détruit."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    label: str | Promise
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`state`: what the page shows, so that asking again brings something only when it has changed.

    `refresh`: seconds after which it asks again by itself, 0 when it does not any more: a page that asks for ever would
    keep open a session that nobody sits before.
    """

    url: str
    state: str
    title: str
    text: str
    note: str
    steps: list[Step]
    refresh: int
    again_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    title: str
    sentence: str
    again_url: str
    again_label: str
    case_url: str
    advice: list[str | Promise] = field(default_factory=list)
    refresh: int = 0


def steps(current: int) -> list[Step]:
    states = ["done"] * current + ["current"] + ["todo"] * len(STEPS)
    return [Step(label=label, state=state) for label, state in zip(STEPS, states, strict=False)]


def waiting(room: Room) -> Waiting:
    deposit = room.deposit
    current, title, text = _NOW[deposit.state]
    if deposit.code == Code.ANTIVIRUS_AWAY:
        text = _("La recherche de virus ne répond pas en ce moment : nous réessayons tout seuls.")
    is_slow = room.at - (deposit.confirmed_at or deposit.created_at) > SLOW_AFTER
    note = _("C’est plus long que d’habitude. Vous pouvez fermer cette page : le dossier vous ramènera ici.")
    return Waiting(
        url=room.page_url,
        state=f"{deposit.state}-{'lent' if is_slow else ''}",
        title=str(title),
        text=str(text),
        note=note if is_slow else "",
        steps=steps(current),
        refresh=0 if is_slow else REFRESH,
    )


def over(room: Room, language: str) -> Over:
    deposit = room.deposit
    is_late = room.is_expired or deposit.state == "EXPIRE"
    code = deposit.why_over if room.is_expired else Code(deposit.code) if deposit.code else None
    of_photo = code in _OF_THE_PHOTO
    title = _("Reprenez la photo.") if of_photo else _("Ce document n’a pas été gardé.")
    return Over(
        title=str(_TITLES.get("EXPIRE" if is_late else deposit.state, title)),
        sentence=SENTENCES[code].say(language) if code else _("Vous l’avez demandé : rien n’a été gardé."),
        again_url=room.again_url if room.takes_more else "",
        again_label=_("Reprendre la photo") if of_photo else _("Déposer à nouveau"),
        case_url=room.case_url,
        advice=list(ADVICE) if of_photo else [],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What the script that sends in pieces is told. `most`: bytes."""

    begin_url: str
    most: int
    heavy: str
    empty: str


def panel(begin_url: str, language: str) -> Panel:
    return Panel(
        begin_url=begin_url,
        most=settings.UPLOAD_MAX_BYTES,
        heavy=SENTENCES[Code.TOO_HEAVY].say(language),
        empty=SENTENCES[Code.EMPTY].say(language),
    )
