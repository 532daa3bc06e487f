"""`make bench`: each job against its rival; fails only where even the best tenth of the rounds misses the goal.

python -m bench [names] [--rows 1e4] [--rounds 11] [--postgres] [--json FILE]
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import database
from bench.database import Laboratory
from tests.cluster import ServiceMissing

NAMES = ("queue", "case", "member", "sweep", "bulk", "seal")


def main(argv: Sequence[str]) -> int:
    options = _options(argv)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    try:
        with database.postgres() if options.postgres else database.sqlite() as laboratory:
            return run(options, laboratory)
    except ServiceMissing as missing:
        print(missing, file=sys.stderr)
        return 2


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}; without one, all")
    parser.add_argument("--rows", type=_number, default=10_000, help="cases, such as 1e5 (1e4)")
    parser.add_argument("--rounds", type=_number, default=11, help="of A B B A (11)")
    parser.add_argument("--postgres", action="store_true", help="a throw-away PostgreSQL instead of SQLite")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args(argv)
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"no such job: {', '.join(sorted(unknown))}")
    return options


def _number(text: str) -> int:
    number = int(float(text))
    if number < 1:
        raise ValueError("at least 1")
    return number


def run(options: argparse.Namespace, laboratory: Laboratory) -> int:
    """Everything that needs Django, once it is known which database it will have."""
    import django

    django.setup()
    from bench import report, session

    results = session.measured(
        options.names or NAMES, rows=options.rows, rounds=options.rounds, laboratory=laboratory, say=_say
    )
    _say(report.closing(results, laboratory=laboratory))
    if options.json:
        written = report.as_json(results, rows=options.rows, rounds=options.rounds, laboratory=laboratory)
        options.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    return 1 if report.failed(results) else 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
