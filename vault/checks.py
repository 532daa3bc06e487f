"""Deploy checks of the vault: files are opened behind walls, and the antechamber's keys reach no disk."""

from collections.abc import Iterator, Sequence
from typing import Any

import redis
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  Django's own name

from vault.redaction import pipeline

NO_PERSISTENCE = 'Start it as `redis-server --save "" --appendonly no`, or use another in VAULT_SAS_URL.'


@register(Tags.security, deploy=True)
def refuse_unsafe_vault(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  Django names it
    **_options: Any,
) -> list[CheckMessage]:
    if not settings.VAULT_UPLOADS:
        return []
    return [*_box(), *_keys()]


def _box() -> Iterator[CheckMessage]:
    lacks = pipeline.missing(settings.VAULT_ISOLATION)
    if lacks:
        yield Error(
            f"Files cannot be opened safely here: {lacks}.",
            hint=(
                "Install bubblewrap where user namespaces are allowed, write VAULT_ISOLATION=rlimit-only to do with "
                "limits alone, or close the door with VAULT_UPLOADS=false."
            ),
            id="opposable.E013",
        )


def _keys() -> Iterator[CheckMessage]:
    if not settings.VAULT_SAS_URL:
        if not settings.VAULT_SAS_KEY:
            yield Error(
                "The antechamber has no place for its keys that web and worker share: nothing could be analysed.",
                hint="Set VAULT_SAS_URL to a Redis that writes nothing down: redis://host:6379/2.",
                id="opposable.E014",
            )
        return
    try:
        kept = _persistence(settings.VAULT_SAS_URL)
    except redis.ConnectionError:
        yield Warning(
            "The antechamber's Redis does not answer: whether it writes keys down is not known.",
            hint="Files are refused until it does; then run this check again.",
            id="opposable.W001",
        )
        return
    except redis.RedisError:
        kept = "does not say whether it does (CONFIG GET is refused)"
    if kept:
        yield Error(
            f"The antechamber's Redis may write keys to a disk: it {kept}.", hint=NO_PERSISTENCE, id="opposable.E015"
        )


def _persistence(url: str) -> str:
    """What it writes down, in words; "" for nothing."""
    with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1, decode_responses=True) as server:
        told: Any = server.config_get("save", "appendonly")
    if told.get("save"):
        return "saves its memory"
    return "" if told.get("appendonly") == "no" else "keeps an append-only file"
