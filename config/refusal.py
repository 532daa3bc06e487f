"""A setting that cannot be used, told in a sentence: a traceback would hide which one it is."""

import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def settings_or_exit() -> None:
    """Read the settings now. Ends the process with 2 when one cannot be used."""
    try:
        settings.INSTALLED_APPS  # noqa: B018  read for its errors
    except ImproperlyConfigured as error:
        exit_saying(error)


def exit_saying(error: ImproperlyConfigured) -> None:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(2) from None
