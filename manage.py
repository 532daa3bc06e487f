#!/usr/bin/env python
"""Django's command line for Opposable."""

import os
import sys

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


if __name__ == "__main__":
    if bare := BARE.get("".join(sys.argv[1:2])):
        os.environ["DJANGO_SETTINGS_MODULE"] = bare
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    main()
