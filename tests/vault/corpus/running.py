"""Lets `manage.py redact_file` work through a folder of documents, and gathers what it said and wrote."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.house.tree import ROOT
from tests.vault.corpus.judge import Outcome
from tests.vault.corpus.truth import Document, Recipe
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


def redact(folder: Path, out: Path, *, environment: Mapping[str, str] | None = None) -> tuple[int, dict[str, Outcome]]:
    """The command's exit status and each file's outcome; its progress goes to our own standard error."""
    command = [sys.executable, "manage.py", "redact_file", str(folder), "--out", str(out), "--json"]
    done = subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.PIPE, env=environment, text=True)
    return done.returncode, dict(outcome_of(line, out) for line in done.stdout.splitlines() if line.startswith("{"))


def outcome_of(line: str, out: Path) -> tuple[str, Outcome]:
    said = json.loads(line)
    name = Path(said["file"]).name
    written = out / f"{name}.pdf"
    zones = tuple(Zone.from_json(zone) for zone in said["hidden"])
    sealed = written.read_bytes() if said["verdict"] == "SCELLE" else None
    return name, Outcome(said["verdict"], said["code"] or "", said["pages"] or 0, zones, said["cpu_s"], sealed)
