"""Lets `manage.py redact_file` work through a folder of documents, and gathers what it said and wrote."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.house.tree import ROOT
from tests.vault.corpus.judge import Outcome
from tests.vault.corpus.truth import Document, Recipe
from vault.box import isolation
from vault.management.commands import redact_file
from vault.rules.zones import Zone


def write(recipes: Sequence[Recipe], folder: Path) -> dict[str, Document]:
    """Make the documents in this folder; gives them by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for recipe in recipes:
        document = recipe.document()
        (folder / f"{recipe.name}{document.suffix}").write_bytes(document.data)
        made[f"{recipe.name}{document.suffix}"] = document
    return made


def redact(folder: Path, out: Path) -> tuple[int, dict[str, Outcome]]:
    """The command's exit status and each file's outcome; its progress goes to our own standard error."""
    walls = {"VAULT_ISOLATION": what_walls()} if what_walls() else {}
    command = [sys.executable, "manage.py", "redact_file", str(folder), "--out", str(out), "--json"]
    done = subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.PIPE, env=os.environ | walls, text=True)
    return done.returncode, dict(outcome_of(line, out) for line in done.stdout.splitlines() if line.startswith("{"))


def redact_here(folder: Path) -> dict[str, Outcome]:
    """Each file's outcome by what the command does with one, without its processes: they take longer than a page."""
    verdicts = [redact_file.judge(path, what_walls()) for path in sorted(folder.iterdir())]
    return {
        one.file: Outcome(
            one.verdict, one.code, one.pages, tuple(map(Zone.from_json, one.hidden)), one.cpu_s, one.sealed or None
        )
        for one in verdicts
    }


def what_walls() -> str:
    return "" if isolation.missing("") is None else "rlimit-only"


def outcome_of(line: str, out: Path) -> tuple[str, Outcome]:
    said = json.loads(line)
    name = Path(said["file"]).name
    written = out / f"{name}.pdf"
    zones = tuple(Zone.from_json(zone) for zone in said["hidden"])
    sealed = written.read_bytes() if said["verdict"] == "SCELLE" else None
    return name, Outcome(said["verdict"], said["code"] or "", said["pages"] or 0, zones, said["cpu_s"], sealed)
