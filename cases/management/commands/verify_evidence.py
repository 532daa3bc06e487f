"""`manage.py verify_evidence X.zip [--ca FILE] [--json]`: does an export of evidence hold? Needs no platform.

0 when it holds, 1 when something is broken, 2 when it was asked wrongly, 3 when nothing is broken, not all is proved.
"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from cases.rules import tokens, verifying
from cases.rules.bags import BadBag, Bag
from cases.rules.tokens import Authority, BadAuthority
from cases.rules.verifying import Verdict
from procedures.management.program import ASKED_WRONGLY, ProgramCommand
from procedures.rules.texts import Text

BROKEN, NOT_ALL_PROVED = 1, 3


class Command(ProgramCommand):
    help = (
        "Check the files, the journal's chain, the proofs and the time-stamps of an export of evidence. Ends with 0 "
        "when all of it is proved, and dated by the authority given with --ca; with 1 when something is broken; with "
        "3 when nothing is, and not all is proved or dated."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("bag", metavar="X.zip", type=Path, help="what export_evidence wrote")
        parser.add_argument(
            "--ca", type=Path, metavar="FILE", help="the authority's certificates (PEM), from the authority itself"
        )
        parser.add_argument(
            "--json", action="store_true", help="one line: sound, flaws, files, events, covered, documents, proved, "
            "dated, undated, own_authority, complete, to_cover, covered_dated, proved_dated",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = _verdict(options["bag"], authority=_authority(options["ca"]))
        if options["json"]:
            self.stdout.write(json.dumps(_told(verdict)))
        else:
            for flaw in verdict.flaws:
                self.stdout.write(flaw)
            self.write_both(_summary(verdict))
        if verdict.flaws:
            raise CommandError("This evidence does not hold.", returncode=BROKEN)
        if not verdict.is_complete:
            raise CommandError("Nothing is broken, and not all is proved.", returncode=NOT_ALL_PROVED)


def _authority(path: Path | None) -> Authority | None:
    if path is None:
        return None
    try:
        return tokens.authority_of(path.read_bytes())
    except (OSError, BadAuthority) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise CommandError(f"{path} cannot be used: {why}.", returncode=ASKED_WRONGLY) from error


def _verdict(path: Path, *, authority: Authority | None) -> Verdict:
    """What is no bag at all is broken evidence, told in one line."""
    try:
        with path.open("rb") as file:
            return verifying.verify(Bag(file), authority=authority)
    except BadBag as error:
        return Verdict(flaws=[f"{path.name}: {error}"])
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=ASKED_WRONGLY) from error


def _told(verdict: Verdict) -> dict[str, Any]:
    return {
        "sound": verdict.is_complete,
        "flaws": verdict.flaws,
        "files": verdict.files,
        "events": verdict.events,
        "covered": verdict.covered,
        "documents": verdict.documents,
        "proved": verdict.proved,
        "dated": {day: instant.isoformat() for day, instant in verdict.dated.items()},
        "undated": verdict.undated,
        "own_authority": verdict.is_own_authority,
        "complete": verdict.is_complete,
        "to_cover": verdict.to_cover,
        "covered_dated": verdict.covered_dated,
        "proved_dated": verdict.proved_dated,
    }


def _summary(verdict: Verdict) -> list[Text]:
    told = [
        Text(
            fr=f"{verdict.files} fichiers ; journal : {verdict.events} lignes, dont {verdict.covered} couvertes par "
            f"une racine ; {verdict.documents} documents, dont {verdict.proved} prouvés.",
            en=f"{verdict.files} files; journal: {verdict.events} lines, {verdict.covered} covered by a root; "
            f"{verdict.documents} documents, {verdict.proved} proved.",
        )
    ]
    for day, instant in verdict.dated.items():
        at = f"{instant:%Y-%m-%d %H:%M:%S} UTC"
        told.append(Text(fr=f"Racine du {day} : datée du {at}.", en=f"Root of {day}: dated {at}."))
    if verdict.undated:
        days = ", ".join(verdict.undated)
        told.append(Text(fr=f"Sans date d’une autorité : {days}.", en=f"Dated by no authority: {days}."))
    if verdict.is_own_authority:
        told.append(_OWN_AUTHORITY)
    if verdict.flaws:
        return told
    return [*told, _SOUND if verdict.is_complete else _not_all(verdict)]


def _not_all(verdict: Verdict) -> Text:
    """What is proved, and what is not, in figures: nobody may take a part for the whole."""
    return Text(
        fr="Rien n’est rompu, mais tout n’est pas prouvé. "
        f"Couvertes par une racine : {verdict.covered} des {verdict.to_cover} lignes du journal qui peuvent l’être ; "
        f"datées par une autorité donnée avec --ca : {verdict.covered_dated}. "
        f"Documents prouvés : {verdict.proved} sur {verdict.documents} ; datés ainsi : {verdict.proved_dated}. "
        "Le reste ne repose que sur la parole de qui a fait l’export.",
        en="Nothing is broken, but not all is proved. "
        f"Covered by a root: {verdict.covered} of the {verdict.to_cover} lines of the journal that can be; "
        f"dated by an authority given with --ca: {verdict.covered_dated}. "
        f"Documents proved: {verdict.proved} of {verdict.documents}; dated so: {verdict.proved_dated}. "
        "The rest stands on the word of whoever made the export alone.",
    )


_SOUND = Text(
    fr="Ces preuves tiennent : tout est couvert, prouvé, et daté par l’autorité donnée avec --ca.",
    en="This evidence holds: all of it is covered, proved, and dated by the authority given with --ca.",
)
_OWN_AUTHORITY = Text(
    fr="Les certificats de l’autorité viennent de l’export lui-même : ils ne prouvent rien seuls. Demandez-les à "
    "l’autorité, et donnez-les avec --ca.",
    en="The authority’s certificates came with the export itself: alone they prove nothing. Ask the authority for "
    "them, and give them with --ca.",
)
