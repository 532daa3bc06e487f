"""Deploy checks: `manage.py check --deploy --database default` refuses what is good enough for a demo only."""

import base64
import sys
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Tags, register, run_checks
from django.db import DatabaseError, connections
from django.db.models import Model

from accounts.access import ClosedRoots, closed_roots
from accounts.crypto import is_kek_id
from accounts.models import Association, DataKey
from config.copies import unfinished

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SMTP = "django.core.mail.backends.smtp.EmailBackend"
KEY_BYTES = 32


def is_embedded_database() -> bool:
    return "sqlite" in settings.DATABASES["default"]["ENGINE"]


def is_file_broker() -> bool:
    return urlsplit(getattr(settings, "CELERY_BROKER_URL", "")).scheme not in {"redis", "rediss"}


def lacks_key() -> bool:
    """True unless every entry of VAULT_KEKS is "id:base64 of 32 bytes", each id once and one that a row can hold."""
    entries = [entry.partition(":") for entry in settings.VAULT_KEKS.split(",") if entry.strip()]
    names = {name.strip() for name, _, encoded in entries if is_kek_id(name.strip()) and is_key(encoded)}
    return not entries or len(names) < len(entries)


def is_key(encoded: str) -> bool:
    try:
        return len(base64.b64decode(encoded.strip(), validate=True)) == KEY_BYTES
    except ValueError:  # binascii.Error is one
        return False


def sends_mail_in_plain() -> bool:
    if settings.EMAIL_BACKEND != SMTP or settings.EMAIL_HOST in LOOPBACK:
        return False
    return not settings.EMAIL_USE_SSL


def keeps_mail() -> bool:
    return bool(settings.EMAIL_BACKEND != SMTP)


def is_demo() -> bool:
    return bool(settings.DEMO)


def is_debugging() -> bool:
    return bool(settings.DEBUG)


def has_weak_secret() -> bool:
    return len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 5


def lacks_origin() -> bool:
    return not settings.PUBLIC_ORIGIN.startswith("https://")


Refusal = tuple[str, Callable[[], bool], str, str]

REFUSALS: list[Refusal] = [
    (
        "opposable.E001",
        is_embedded_database,
        "The database is SQLite: no row-level security walls off the associations, and one writer blocks the others.",
        "Set DATABASE_URL to a PostgreSQL database, as the role opposable_app.",
    ),
    (
        "opposable.E002",
        is_file_broker,
        "The broker is a folder of files, which serves one machine and one worker.",
        "Set CELERY_BROKER_URL to a Redis: redis://host:6379/0.",
    ),
    (
        "opposable.E003",
        lacks_key,
        "VAULT_KEKS holds no usable key, or one id twice: nothing personal could be read or written for sure.",
        (
            'Set VAULT_KEKS (or VAULT_KEKS_FILE) to "id:base64" with 32 random bytes: `openssl rand -base64 32`. '
            "Each id stands once; it is 1 to 40 letters, digits, dots, dashes or low lines."
        ),
    ),
    (
        "opposable.E004",
        sends_mail_in_plain,
        "Mail would leave this machine in plain: the codes and addresses in it could be read on the way.",
        "Use implicit TLS: EMAIL_URL=smtp+ssl://user:password@host:465.",
    ),
    (
        "opposable.E005",
        is_demo,
        "DEMO is on: it shows made-up passwords and second factors to everybody.",
        "Remove DEMO, and use config.settings.prod.",
    ),
    (
        "opposable.E006",
        is_debugging,
        "DEBUG is on: error pages would show settings, queries and personal data.",
        "Remove DEBUG.",
    ),
    (
        "opposable.E008",
        keeps_mail,
        "Mail is not sent but kept on this machine.",
        "Set EMAIL_URL to a mail server: smtp+ssl://user:password@host:465.",
    ),
    (
        "opposable.E009",
        has_weak_secret,
        "SECRET_KEY is short or made of few signs: sessions and links could be forged.",
        "Set SECRET_KEY (or SECRET_KEY_FILE) to 50 or more random signs: `openssl rand -base64 48`.",
    ),
    (
        "opposable.E010",
        lacks_origin,
        "PUBLIC_ORIGIN is not an https address: links in mails would lead nowhere, or in plain.",
        "Set PUBLIC_ORIGIN to the address that people see: https://opposable.example.",
    ),
]


@register(Tags.security, deploy=True)
def refuse_demo_means(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  Django names it
    **_options: Any,
) -> list[CheckMessage]:
    return [Error(message, hint=hint, id=number) for number, is_wrong, message, hint in REFUSALS if is_wrong()]


@register(Tags.database, deploy=True)
def refuse_powerful_role(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  Django names it
    databases: Sequence[str] | None = None,
    **_options: Any,
) -> list[CheckMessage]:
    """Row-level security does not hold for a superuser or a role with BYPASSRLS, and an owner can take it away."""
    powers = [power for alias in databases or [] for power in powers_of(alias)]
    hint = "Connect as opposable_app (config/deploy/roles.sql makes it); only `manage.py migrate` is the owner's."
    return [
        Error(f"The database's role {power}: row-level security would not hold.", hint=hint, id="opposable.E011")
        for power in powers
    ]


def powers_of(alias: str) -> list[str]:
    """What lets the role past row-level security, by itself or by a role that it may become."""
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT own.oid = role.oid, role.rolname, role.rolsuper, role.rolbypassrls, role.rolcreaterole,
                EXISTS (SELECT FROM pg_class WHERE relowner = role.oid AND relkind IN ('r', 'p'))
            FROM pg_roles own JOIN pg_roles role ON own.oid = role.oid
                OR (NOT own.rolsuper AND pg_has_role(own.oid, role.oid, 'MEMBER'))
            WHERE own.rolname = current_user ORDER BY own.oid <> role.oid, role.rolname
            """
        )
        rows = cursor.fetchall()
    names = ["is a superuser", "has BYPASSRLS", "may make roles", "owns tables"]
    return [
        name if is_own else f"may become {role}, which {name}"
        for is_own, role, *powers in rows
        for name, has in zip(names, powers, strict=True)
        if has
    ]


@register(Tags.database, deploy=True)
def refuse_closed_keys(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  Django names it
    databases: Sequence[str] | None = None,
    **_options: Any,
) -> list[CheckMessage]:
    """A wrong master key at start: nothing could be read, and what is written would be lost to the right one."""
    if "default" not in (databases or []) or lacks_key():
        return []
    return [
        Error(explain_closed(closed), hint=WHERE_TO_FIND_KEYS, id="opposable.E012") for closed in unreadable_roots()
    ]


@register(Tags.database, deploy=True)
def refuse_demo_people(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  Django names it
    databases: Sequence[str] | None = None,
    **_options: Any,
) -> list[CheckMessage]:
    """A demo's database that became the real one keeps the accounts that everybody can sign in with."""
    if settings.DEMO or "default" not in (databases or []) or not _has_table(Association):
        return []
    if not Association.objects.filter(is_demo=True).exists():
        return []
    return [
        Error(
            "The database holds the demo's accounts: their passwords and second factors are known to everybody.",
            hint="Begin with a database that was never the demo's (docs/how-to/move-to-postgresql.md).",
            id="opposable.E017",
        )
    ]


@register(Tags.database, deploy=True)
def refuse_unfinished_restore(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  Django names it
    **_options: Any,
) -> list[CheckMessage]:
    """What was erased since an archive was made is erased again at the very end of its restoration."""
    return [Error(unfinished.told(), hint=unfinished.remedy(), id="opposable.E016")] if unfinished.told() else []


WHERE_TO_FIND_KEYS = (
    "Put the right key back into VAULT_KEKS (or VAULT_KEKS_FILE), from the place where you keep it apart; behind the "
    "current one, if that has another id. Nothing was changed: with the right key everything is readable again."
)


def unreadable_roots() -> list[ClosedRoots]:
    """None while the database has no tables yet."""
    return closed_roots() if _has_table(DataKey) else []


def _has_table(model: type[Model]) -> bool:
    return model._meta.db_table in connections["default"].introspection.table_names()


def explain_closed(closed: ClosedRoots) -> str:
    what = f"{closed.count} root key{'s' if closed.count > 1 else ''} of the database"
    if closed.is_missing:
        return f"The master key «{closed.kek_id}» is missing from VAULT_KEKS: it sealed {what}."
    return f"The master key «{closed.kek_id}» in VAULT_KEKS is not the one that sealed {what} under this name."


def refuse_unsound_start(**_signal: Any) -> None:
    """In production: end this process with 1, and the reasons on stderr, when a deploy check fails."""
    if not settings.STARTS_ONLY_WHEN_SOUND:
        return
    try:
        reasons = [f"{found.msg}\n    {found.hint}" for found in run_checks(**OURS) if is_serious(found)]
    except DatabaseError as error:
        reasons = [f"The database does not answer ({type(error).__name__}): start again once it does."]
    finally:
        connections.close_all()
    if reasons:
        sys.stderr.write("".join(f"Not started. {reason}\n" for reason in reasons))
        raise SystemExit(1)


OURS: dict[str, Any] = {
    "tags": [Tags.security, Tags.database],
    "include_deployment_checks": True,
    "databases": ["default"],
}


def is_serious(found: CheckMessage) -> bool:
    return found.level >= ERROR and not found.is_silenced()
