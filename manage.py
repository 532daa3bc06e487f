#!/usr/bin/env python
"""Django's command line for Opposable."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError

from config.refusal import exit_saying

# They compute from what they are given: no database, key, folder or setting of a platform.
BARE = {
    "check_procedures": "config.settings.bare",
    "compute_period": "config.settings.bare",
    "diff_procedure": "config.settings.bare",
    "explain_deadline": "config.settings.bare",
    "redact_file": "config.settings.bare_vault",
    "verify_evidence": "config.settings.bare_cases",
}

# What mail servers understand (sysexits.h), besides 0: for nobody here, and come back later.
EX_NOUSER, EX_TEMPFAIL = 67, 75


def main() -> None:
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        exit_saying(error)
    except DatabaseError:
        if _has_platform():
            raise
        from django.conf import settings  # noqa: PLC0415  settings are known once a command ran

        print(  # noqa: T201  the command line speaks to a person
            f"Aucune plateforme ici / No platform in VAR_DIR={settings.VAR_DIR}: "
            "run `make run` or `manage.py migrate`.",
            file=sys.stderr,
        )
        sys.exit(2)


def _has_platform() -> bool:
    """Have migrations run here? A server that does not answer is another trouble: its own error says so."""
    from django.db import connection  # noqa: PLC0415  as above

    try:
        return "accounts_association" in connection.introspection.table_names()
    except DatabaseError:
        return True


@contextmanager
def _mail_comes_back() -> Iterator[None]:
    """Whatever keeps `receive_mail` from starting or ends it, a mail server that pipes to it keeps the message."""
    try:
        yield
    except SystemExit as end:
        if end.code in {None, 0, EX_NOUSER, EX_TEMPFAIL}:
            raise
        sys.exit(EX_TEMPFAIL)
    except BaseException as error:  # noqa: BLE001  at any other code it would give the message up
        print(f"not now: {type(error).__name__}", file=sys.stderr)  # noqa: T201  the command line speaks to a person
        sys.exit(EX_TEMPFAIL)


if __name__ == "__main__":
    if bare := BARE.get("".join(sys.argv[1:2])):
        os.environ["DJANGO_SETTINGS_MODULE"] = bare
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    with _mail_comes_back() if sys.argv[1:2] == ["receive_mail"] else nullcontext():
        main()
