"""What the environment gives: read, or refused in a sentence that does not repeat a key."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_TOKEN = 24
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def secret(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE points to (a mounted secret)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE={path} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise ImproperlyConfigured(f"{name}_FILE={path} holds no text.") from error
    return os.environ.get(name, default)


def count(name: str, *, default: int, least: int = 1, most: int = 10_000) -> int:
    """The whole number of NAME. What is none, or out of bounds, is refused: a pause of 0 minutes lets nobody stay."""
    text = os.environ.get(name, "").strip() or str(default)
    is_whole = text.isascii() and text.isdigit() and len(text) < 10
    if not is_whole or not least <= int(text) <= most:
        raise ImproperlyConfigured(f"{name}={text} cannot be used: give a whole number from {least} to {most}.")
    return int(text)


def refuse_odd_address(name: str, address: str) -> str:
    """The address, or a refusal: with «+» and 45 signs its first part must stay within the 64 that mail allows."""
    if address and not re.fullmatch(r"[A-Za-z0-9._-]{1,18}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", address):
        raise ImproperlyConfigured(
            f"{name}={address} cannot be used: give one such as reponse@exemple.org, 18 signs at most before «@»."
        )
    return address


def refuse_half_an_authority(url: str, *, ca_file: str, credentials: str) -> None:
    """A token that nobody can verify proves nothing, and a password is not sent in plain."""
    where = urlsplit(url)
    if url and (where.scheme not in {"http", "https"} or not where.hostname):
        raise ImproperlyConfigured(f"TSA_URL={url} cannot be used: give an address that begins with https://.")
    if url and not Path(ca_file).is_file():
        raise ImproperlyConfigured(f"TSA_CA_FILE={ca_file} is no file: without the authority's root nothing is proved.")
    if credentials and where.scheme != "https" and where.hostname not in LOOPBACK:
        raise ImproperlyConfigured("TSA_CREDENTIALS would leave in plain: give a TSA_URL that begins with https://.")


def refuse_short_token(token: str) -> None:
    """It stands open to guessing from the outside."""
    if token and len(token) < SHORTEST_TOKEN:
        raise ImproperlyConfigured(
            f"METRICS_TOKEN is short: give {SHORTEST_TOKEN} random signs (openssl rand -hex 24)."
        )


def addresses_to_ping(text: str) -> dict[str, str]:
    """{"slug": "https://…"}, "*" for the whole instance, of entries apart by spaces or lines. They may hold keys."""
    found: dict[str, str] = {}
    for entry in text.split():
        slug, _, address = entry.partition("=")
        if not re.fullmatch(r"[a-z0-9-]+|\*", slug) or slug in found or not is_safe_to_ping(address):
            raise ImproperlyConfigured(
                f"SWEEP_PINGS: its entry {len(found) + 1} cannot be used. Give slug=https://… once an association, "
                "*=https://… for the instance; http on loopback only, and no user or password."
            )
        found[slug] = address
    return found


def is_safe_to_ping(address: str) -> bool:
    try:
        where = urlsplit(address)
        usable = bool(where.hostname) and where.username is None and (where.port or 0) >= 0
    except ValueError:  # a port that is none
        return False
    return usable and (where.scheme == "https" or (where.scheme == "http" and where.hostname in LOOPBACK))


def log_lines(form: str) -> dict[str, Any]:
    """How lines look: json, one object each, for programs; text for people. What may stand in them is config.logs'."""
    makers = {"json": "config.logs.lines.json_lines", "text": "config.logs.lines.readable"}
    if form not in makers:
        raise ImproperlyConfigured(f"LOG_FORMAT={form} cannot be used: give json or text.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": makers[form]}},
        "filters": {"discreet": {"()": "config.logs.Discreet"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["discreet"]}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            # gunicorn's own handler would print an error's words.
            "gunicorn.error": {"handlers": [], "level": "WARNING", "propagate": True},
            "pikepdf": {"level": "WARNING"},  # greets at every import
            "fido2": {"level": "WARNING"},  # names each passkey that is used
        },
    }
