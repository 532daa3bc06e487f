"""Tests: PostgreSQL as the application's role and Redis where `tests.run` gives them, else SQLite and files."""

import atexit
import os
import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403  an environment is the base with changes
from config.settings.base import file_broker, postgres, sqlite

# Playwright keeps an event loop in its thread until the session ends, which Django takes for asynchronous code in every
# test that follows in the same process. None runs in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

DEMO = True
VAULT_UPLOADS = True
VAULT_SAS_KEY = ""
CLAMD_URL = ""
SECRET_KEY = "tests-only-" + "k" * 40
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
VAULT_KEKS = "test:" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
_scratch = tempfile.TemporaryDirectory(prefix="opposable-test-")
atexit.register(_scratch.cleanup)
VAR_DIR = Path(_scratch.name)

STATIC_ROOT = VAR_DIR / "static"
AUDIT_HEADS_FILE = str(VAR_DIR / "audit-heads.jsonl")
DESTROYED_KEYS_FILE = str(VAR_DIR / "destroyed-keys.txt")
BACKUP_STATE_FILE = str(VAR_DIR / "last-backup.json")
BACKUP_PUBLIC_KEY = ""
TSA_URL = TSA_CA_FILE = TSA_CREDENTIALS = ""  # a test that needs an authority brings its own
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder

_url = os.environ.get("TEST_DATABASE_URL", "")
if _url:
    DATABASES = {"default": postgres(_url) | {"CONN_MAX_AGE": 0}}
else:
    DATABASES = {"default": sqlite(VAR_DIR / "opposable.sqlite3") | {"TEST": {"NAME": str(VAR_DIR / "test.sqlite3")}}}

_redis = os.environ.get("TEST_REDIS_URL", "")
if _redis:
    # Each of pytest-xdist's workers has a Redis database of its own: gw0 -> 1, gw1 -> 2.
    _number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1
    CELERY_BROKER_URL = f"{_redis.removesuffix('/0')}/{_number}"
    VAULT_SAS_URL = f"{_redis.removesuffix('/0')}/14"
else:
    VAULT_SAS_URL = ""
    globals().update(file_broker(VAR_DIR / "broker"))

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "sealed"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MAIL_THREADS = 0
METRICS_TOKEN = ""
SWEEP_PINGS.clear()  # noqa: F405  what the environment gave is not asked
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
