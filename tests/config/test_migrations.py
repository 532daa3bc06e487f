"""What a migration may not do while the version before it still runs, and where it is looked for."""

import subprocess
from pathlib import Path

import pytest

from tests import migrations

REFUSED = {
    "adding-required-field": "ALTER TABLE cases_case ADD COLUMN later text NOT NULL;",
    "ban-drop-column": "ALTER TABLE cases_case DROP COLUMN reason;",
    "ban-drop-table": "DROP TABLE cases_case;",
    "renaming-column": "ALTER TABLE cases_case RENAME COLUMN reason TO later;",
    "renaming-table": "ALTER TABLE cases_case RENAME TO cases_later;",
    "changing-column-type": "ALTER TABLE cases_case ALTER COLUMN reason TYPE bigint;",
    "adding-not-nullable-field": "ALTER TABLE cases_case ALTER COLUMN reason SET NOT NULL;",
    "require-concurrent-index-creation": "CREATE INDEX later ON cases_case (reason);",
    "constraint-missing-not-valid": "ALTER TABLE cases_case ADD CONSTRAINT later CHECK (reason <> '');",
    "adding-foreign-key-constraint": (
        "ALTER TABLE cases_case ADD CONSTRAINT later FOREIGN KEY (reason) REFERENCES cases_later (id);"
    ),
}
ADMITTED = [
    "ALTER TABLE cases_case ADD COLUMN later text NULL;",
    "ALTER TABLE cases_case ADD COLUMN later text DEFAULT '' NOT NULL;",
    "CREATE TABLE cases_later (id bigint PRIMARY KEY, reason text); CREATE INDEX later ON cases_later (reason);",
    "ALTER TABLE cases_case ADD CONSTRAINT later CHECK (reason <> '') NOT VALID;",
]


@pytest.mark.parametrize("rule", REFUSED)
def test_what_locks_out_or_breaks_the_running_version_is_refused(rule: str) -> None:
    told = migrations.complaints(f"BEGIN;\n{REFUSED[rule]}\nCOMMIT;\n")

    assert rule in [one.partition(",")[0] for one in told]


@pytest.mark.parametrize("statement", ADMITTED)
def test_what_only_adds_is_admitted(statement: str) -> None:
    assert migrations.complaints(f"BEGIN;\n{statement}\nCOMMIT;\n") == []


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@exemple.invalid", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_from_the_first_tag_on_what_it_does_not_have_is_looked_at(tmp_path: Path) -> None:
    written = tmp_path / "cases" / "migrations"
    written.mkdir(parents=True)
    git(tmp_path, "init", "--quiet")
    (written / "0001_initial.py").write_text("")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "First")
    assert migrations.last_tag(tmp_path) == ""

    git(tmp_path, "tag", "v1.0")
    (written / "0002_later.py").write_text("")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "Second")

    assert migrations.last_tag(tmp_path) == "v1.0"
    assert migrations.migrations_since("v1.0", tmp_path) == [("cases", "0002_later")]
