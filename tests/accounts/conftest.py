"""The audit log of an association: made, chained, followed."""

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import actions, scope, tasks
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.audit import About, AuditKind, Why


@pytest.fixture
def heads_file(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_HEADS_FILE = str(tmp_path / "heads" / "audit.jsonl")
    return Path(settings.AUDIT_HEADS_FILE)


def record(association: Association, count: int, *, at: datetime, by: Membership | None = None) -> None:
    with scope.enter(association.pk):
        for number in range(count):
            AuditEntry.objects.record(
                AuditKind.CASE_CONSULTED,
                at=at + timedelta(seconds=number, microseconds=5),
                by=by.user if by else None,
                about=About.CASE,
                about_id=number,
                why=Why.QUEUE,
                é="è",
                n=number,
            )


def rows(association: Association) -> list[AuditEntry]:
    with scope.enter(association.pk):
        return list(AuditEntry.objects.order_by("pk"))


def verified(*, expect: int, **options: Any) -> str:
    """What the command says on stdout; `expect` is its exit code."""
    out = StringIO()
    try:
        call_command("verify_audit", stdout=out, **options)
        code = 0
    except CommandError as error:
        code = error.returncode
    assert code == expect, out.getvalue()
    return out.getvalue()


@pytest.fixture
def chained(transactional_db: None, association: Association, now: datetime, heads_file: Path) -> list[int]:
    """The ids of five chained entries whose head was written outside."""
    record(association, 5, at=now)
    tasks.chain()
    actions.write_heads(today=now.date())
    return [row.pk for row in rows(association)]
