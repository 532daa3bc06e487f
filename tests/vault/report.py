"""`make vault-report`: the documents of the corpus through `redact_file`, judged; the table of the figures to reach.

python -m tests.vault.report [--only REGEX] [--keep DIR] [--quick]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.vault.corpus import catalogue, figures, judge, running
from tests.vault.corpus.judge import Judgement, Outcome
from tests.vault.corpus.truth import Document

PROCESSES = 2


def main(argv: Sequence[str]) -> int:
    options = _options(argv)
    chosen = catalogue.recipes(options.only)
    if not chosen:
        _tell("No document has such a name.")
        return 2
    with tempfile.TemporaryDirectory(prefix="opposable-corpus-") as scratch:
        home = options.keep or Path(scratch)
        started = time.process_time()
        documents = running.write(chosen, home / "in")
        _tell(f"{len(documents)} documents made in {time.process_time() - started:.0f} CPU-s")
        status, outcomes = running.redact(home / "in", home / "out")
        judged = list(_judged(documents, outcomes, quick=options.quick))
    print("\n".join(figures.table(judged, status=status)))
    print("\n".join(figures.failing(judged)))
    return 1 if status or figures.is_red(judged) else 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.vault.report", description="Measure the vault's redaction.")
    parser.add_argument("--only", default="", metavar="REGEX", help="documents whose name holds this")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the documents (in/) and what came (out/) there")
    parser.add_argument("--quick", action="store_true", help="read what was kept at one resolution, not at three")
    return parser.parse_args(argv)


def _judged(documents: dict[str, Document], outcomes: dict[str, Outcome], *, quick: bool) -> Iterator[Judgement]:
    """In the order of their names, two at a time."""
    dpis = judge.QUICK if quick else judge.WHOLE
    with ProcessPoolExecutor(PROCESSES) as pool:
        waiting = [
            pool.submit(judge.judge, name, document, outcomes.get(name, judge.NOTHING), dpis=dpis)
            for name, document in documents.items()
        ]
        for done, future in enumerate(waiting, start=1):
            yield future.result()
            if sys.stderr.isatty() or done == len(waiting):
                _tell(f"\rjudged {done} of {len(waiting)}", end="" if done < len(waiting) else "\n")


def _tell(line: str, end: str = "\n") -> None:
    print(line, end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
