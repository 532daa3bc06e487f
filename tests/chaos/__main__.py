"""`make chaos`: break everything under the real processes, and count the mails.

    python -m tests.chaos [--short] [--seed N] [--keep FOLDER] [kills deploys mail redis postgres everything]

0 when nothing was lost and no more was doubled than processes died while sending; 1 otherwise.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.chaos.account import HEAD, Account
from tests.chaos.ground import ground
from tests.chaos.scenarios import BY_THEMSELVES, SCENARIOS, SHORT, WHOLE, Size


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Break everything and count the mails.")
    parser.add_argument("names", nargs="*", metavar="scenario", help=", ".join(SCENARIOS))
    parser.add_argument("--short", action="store_true", help="few of each, as in CI")
    parser.add_argument("--seed", type=int, default=1, help="which of all orders of faults")
    parser.add_argument("--keep", type=Path, help="leave the processes' logs in this new folder")
    options = parser.parse_args(argv)
    unknown = set(options.names) - set(SCENARIOS)
    if unknown:
        parser.error(f"no scenario is called {', '.join(sorted(unknown))}: choose from {', '.join(SCENARIOS)}")
    if options.keep and options.keep.exists() and any(options.keep.iterdir()):
        parser.error(f"{options.keep} is not empty: what an earlier run promised would count as promised")
    size, names = SHORT if options.short else WHOLE, options.names or BY_THEMSELVES
    with tempfile.TemporaryDirectory(prefix="opposable-chaos-") as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        accounts = play(folder, names, size=size, seed=options.seed)
    return 0 if all(account.holds for account in accounts) else 1


def play(folder: Path, names: Sequence[str], *, size: Size, seed: int) -> list[Account]:
    """Print a line for each account as it comes."""
    print(f"seed {seed}\n{HEAD}", flush=True)
    accounts = []
    with ground(folder, lease=2 * size.hole + 6) as made:
        for name in names:
            for account in SCENARIOS[name](made, size, Random(seed)):
                print(account.line(), flush=True)
                accounts.append(account)
    return accounts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
