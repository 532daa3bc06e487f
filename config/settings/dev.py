"""The embedded default and the demo: SQLite and a file broker under VAR_DIR, no server needed."""

import base64
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403  an environment is the base with changes
from config.settings.base import VAR_DIR, env, file_broker, postgres, redis_broker, sqlite
from config.settings.given import secret

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=True)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

if not VAR_DIR.exists():
    VAR_DIR.mkdir(parents=True, mode=0o700)  # the database and the mails kept here are nobody else's to read


def _kept(name: str, made: str) -> str:
    """A secret of this machine's demo: read from VAR_DIR, written there once."""
    path = VAR_DIR / "keys" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(made, encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _refuse_lost_key(database: Path) -> None:
    """A new key would open nothing of what is there, and hide that the old one is missing."""
    lost = VAR_DIR / "keys" / "keks"
    if lost.exists() or not database.exists():
        return
    with database.open("rb") as file:
        is_ours = file.read(16) == b"SQLite format 3\0"
    if is_ours:
        raise ImproperlyConfigured(
            f"{database} is there, and the master key that sealed it is not. Put it back to {lost}, or give it in "
            "VAULT_KEKS. Nothing was changed. To start beside it: make run VAR_DIR=var.new"
        )


SECRET_KEY = secret("SECRET_KEY") or _kept("secret-key", secrets.token_urlsafe(48))
VAULT_KEKS = secret("VAULT_KEKS")
_url = secret("DATABASE_URL")
_file = VAR_DIR / "opposable.sqlite3"
DATABASES = {"default": postgres(_url) if _url.startswith("postgres") else sqlite(_file)}
if not VAULT_KEKS:
    _refuse_lost_key(_file)
    VAULT_KEKS = _kept("keks", "demo:" + base64.b64encode(secrets.token_bytes(32)).decode())

_broker = secret("CELERY_BROKER_URL")
if urlsplit(_broker).scheme in {"redis", "rediss"}:
    globals().update(redis_broker(_broker))
elif _broker:
    CELERY_BROKER_URL = _broker
else:
    globals().update(file_broker(VAR_DIR / "broker"))

# Without an SMTP server, the demo keeps what it would have sent where /demo/ shows it.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
_smtp = secret("EMAIL_URL")
if _smtp:
    globals().update(env.email_url_config(_smtp))
