"""What a page says, and which of its words belong to the other language."""

import re
from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser

SAID = {"alt", "aria-label", "aria-description", "content", "data-copied", "label", "placeholder", "title"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Their content is no sentence of ours, or drawn.
SILENT = {"script", "style", "code"}
BUTTONS = {"submit", "button", "reset"}

# Words that the other language does not have; what both have (« on », « son », "sans", "note") is left out.
FRENCH = frozenset(
    re.findall(
        r"\w+",
        """
        le la les du des un une et ou où est sont été être vous votre vos nous notre ne pas que qui dont avec dans chez
        pour vers ce cet cette ces ceci cela au aux leur leurs il elle ils elles je mon ma mes ici aujourd hier demain
        jour jours mois semaine semaines année heure dossier dossiers délai délais démarche démarches adhérent adhérents
        bénévole bénévoles équipe clôture clôturer accord accords campagne campagnes lettre courrier courriel téléphone
        chiffres nombre nombres moyen moyens suivi rien aucun aucune oui ouvrir ouvert fermer envoyer choisir chercher
        lundi mardi mercredi jeudi vendredi samedi dimanche janvier février avril juin juillet août septembre octobre
        novembre décembre
        """,
    )
)
ENGLISH = frozenset(
    re.findall(
        r"\w+",
        """
        the of your you our we with for from by to at it its is are was were been has have had not no this that these
        those which who whom what when where how here there yes nothing nobody deadline deadlines procedure
        procedures member members volunteer volunteers consent letter phone telephone figures number numbers way ways
        day days month months week weeks year hour today yesterday tomorrow open opened close closed send sent choose
        search handle monday tuesday wednesday thursday friday saturday sunday january february march april may june
        july august september october november december
        """,
    )
)

# Names that have no twin.
NAMES = re.compile(
    r"Mon espace santé|Mon Espace Santé|Caisse nationale de l’Assurance maladie|Assurance maladie"
    r"|Code de la santé publique|Code de procédure (?:civile|pénale)|Code civil|Code de l’énergie"
    r"|Code de la consommation|France Identité|Légifrance"
    r"|Commission nationale de l’informatique et des libertés|Loi Informatique et Libertés|Conseil d’État"
    r"|traitement d’antécédents judiciaires|médiateur national de l’énergie|répression des fraudes"
    r"|Service-Public|Défenseur des droits|Dossier médical partagé|Health Data Hub|carte Vitale|monespacesante\.fr\S*|\S+@\S+|https?://\S+|[\w.-]+\.fr\b"
)
# Quotation marks, a space before a sign, a word with an accent.
FRENCH_SIGN = re.compile(r"[«»]|(?<=\w)\s[:;?!]|\w*[àâçéèêëîïôùûœ]\w*", re.IGNORECASE)
# The label of an official screen, quoted in an English sentence; a longer quotation is ours to translate.
SCREEN = re.compile(r"“[^”]{1,40}”")


class Said(HTMLParser):
    """Texts and spoken attributes; not what is marked as another language or as not to be translated."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        silent = self._is_silent() or tag in SILENT or self._is_foreign(given)
        if not silent:
            self.texts += self._spoken(tag, given)
        if tag not in VOID:
            self._open.append((tag, silent))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of a drawing that closes itself."""

    def handle_endtag(self, tag: str) -> None:
        if tag in {name for name, _ in self._open}:
            while self._open.pop()[0] != tag:
                continue

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._is_silent():
            self.texts.append(" ".join(data.split()))

    def _is_silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _is_foreign(self, given: dict[str, str]) -> bool:
        return given.get("translate") == "no" or given.get("lang", self.language) != self.language

    def _spoken(self, tag: str, given: dict[str, str]) -> Iterable[str]:
        if tag == "meta" and given.get("name") != "description":
            return []
        shown = [given["value"]] if tag == "input" and given.get("type") in BUTTONS and "value" in given else []
        return shown + [given[name] for name in SAID & given.keys()]


def said(html: str) -> Said:
    page = Said()
    page.feed(html)
    page.close()
    return page


def strangers(texts: Iterable[str], language: str, *, names: Iterable[str] = ()) -> list[str]:
    """Each text with words or signs of the other language, and the first of them. `names` are taken out before."""
    known = tuple(names)
    found = {text: _foreign(text, language, known) for text in texts}
    return sorted(f"«{signs[0]}» in: {text[:200]}" for text, signs in found.items() if signs)


@cache
def _foreign(text: str, language: str, names: tuple[str, ...]) -> list[str]:
    text = NAMES.sub(" ", _any_of(names).sub(" ", text) if names else text)
    if language == "fr":
        return [word for word in _words(text) if word in ENGLISH]
    text = SCREEN.sub(" ", text)
    return FRENCH_SIGN.findall(text) + [word for word in _words(text) if word in FRENCH]


@cache
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())
