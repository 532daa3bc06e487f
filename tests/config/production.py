"""The environment of a production process, with made-up secrets."""

import os
from pathlib import Path

SECRET = "".join(chr(97 + number % 26) for number in range(60))
KEY = "2026:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="


def production(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "VAR_DIR": str(folder),
        "PUBLIC_ORIGIN": "https://opposable.example",
        "SECRET_KEY": SECRET,
        "VAULT_KEKS": KEY,
        "DATABASE_URL": "postgres://opposable_app@db/opposable",
    }
