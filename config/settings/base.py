"""Settings that every environment shares. Each variable is explained in docs/reference/settings.md and .env.example."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.settings.given import (
    addresses_to_ping,
    count,
    log_lines,
    refuse_half_an_authority,
    refuse_odd_address,
    refuse_short_token,
    secret,
)

# Django's generic classes become subscriptable at run time, as the type checker sees them.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent.parent


env = environ.Env()

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
DEBUG = False
DEMO = False
SECRET_KEY = secret("SECRET_KEY")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_ORIGIN = env.str("PUBLIC_ORIGIN", default="http://localhost:8000")

# Keys: "id:base64,id:base64"; the first wraps, the others only unwrap.
VAULT_KEKS = secret("VAULT_KEKS")
# Of the role that empties rows: given to the worker that does it, never to the web.
PURGE_PASSWORD = secret("PURGE_PASSWORD")
# False closes the door to files. It is closed too where what cleans them is missing.
VAULT_UPLOADS = env.bool("VAULT_UPLOADS", default=True)
# How files are opened: in bubblewrap, or with limits only where it is written out.
VAULT_ISOLATION = env.str("VAULT_ISOLATION", default="")
# The antechamber's keys: a Redis without persistence, or the passing key that the supervisor hands to its children.
VAULT_SAS_URL = secret("VAULT_SAS_URL")
VAULT_SAS_KEY = secret("VAULT_SAS_KEY")
# A virus scanner: tcp://host:3310 or unix:///run/clamav/clamd.ctl. Empty: none.
CLAMD_URL = env.str("CLAMD_URL", default="")
UPLOAD_MAX_BYTES = 25 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
PROCEDURE_FOLDERS: list[str] = env.list("PROCEDURE_FOLDERS", default=[])

INSTALLED_APPS = [
    "config",
    "web",
    "observatory",
    "cases",
    "vault",
    "notifications",
    "procedures",
    "accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "csp",
]

# The first ones set headers: they stand around those that may answer by themselves.
MIDDLEWARE = [
    "config.logs.with_request_id",
    "csp.middleware.CSPMiddleware",
    "web.parts.headers.every_answer",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.health.probes",
    "web.parts.errors.programs_by_tls_only",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.SessionMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ScopeMiddleware",
    "web.parts.errors.method_pages",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# Whether web, workers and beat end at once when a deploy check fails (config/checks.py).
STARTS_ONLY_WHEN_SOUND = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "web.parts.forms.HouseRenderer"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.parts.context.house",
            ],
            "libraries": {"icons": "web.parts.icons", "french": "web.parts.french"},
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.adapter.BlindIndexBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.adapter.HardToGuess"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "web.desk.forms.signin.PasswordSignIn",
    "reauthenticate": "web.desk.forms.signin.PasswordAgain",
}
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key"}
MFA_ADAPTER = "accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey counts as password and second factor
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}  # two requests each; there is nothing to guess
MFA_FORMS = {
    "authenticate": "web.desk.forms.signin.FactorSignIn",
    "authenticate_webauthn": "web.desk.forms.passkeys.PasskeySecond",
    "reauthenticate": "web.desk.forms.signin.FactorAgain",
    "activate_totp": "web.desk.forms.signin.InstallApp",
}
MFA_TOTP_ISSUER = "Opposable"
MFA_RECOVERY_CODE_COUNT = 8

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "accounts.crypto.SealedSerializer"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# How long somebody may do nothing, and how long a session lasts at most.
MEMBER_IDLE_MINUTES = count("MEMBER_IDLE_MINUTES", default=15)
MEMBER_SESSION_HOURS = count("MEMBER_SESSION_HOURS", default=4)
VOLUNTEER_IDLE_MINUTES = count("VOLUNTEER_IDLE_MINUTES", default=60)
VOLUNTEER_SESSION_HOURS = count("VOLUNTEER_SESSION_HOURS", default=12)
SESSION_COOKIE_AGE = max(MEMBER_SESSION_HOURS, VOLUNTEER_SESSION_HOURS) * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "web.parts.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CACHES: dict[str, dict[str, Any]] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("en", _("Anglais"))]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# Where the audit chains end each day: to be put where whoever rewrites the database cannot write.
AUDIT_HEADS_FILE = env.str("AUDIT_HEADS_FILE", default=str(VAR_DIR / "audit-heads.jsonl"))
# Ids of the keys that erasing destroyed: outside the database, so that a backup from before brings back nobody.
DESTROYED_KEYS_FILE = env.str(
    "DESTROYED_KEYS_FILE", default=str(Path(AUDIT_HEADS_FILE).with_name("destroyed-keys.txt"))
)
# When the last backup was made, for whoever watches.
BACKUP_STATE_FILE = env.str("BACKUP_STATE_FILE", default=str(Path(AUDIT_HEADS_FILE).with_name("last-backup.json")))
# What `manage.py backup` seals for: its other half is kept where no backup lies.
BACKUP_PUBLIC_KEY = env.str("BACKUP_PUBLIC_KEY", default="")
# An authority that dates each day's evidence (RFC 3161), and the certificates by which its tokens are verified.
TSA_URL = env.str("TSA_URL", default="")
TSA_CA_FILE = env.str("TSA_CA_FILE", default="")
TSA_CREDENTIALS = secret("TSA_CREDENTIALS")
refuse_half_an_authority(TSA_URL, ca_file=TSA_CA_FILE, credentials=TSA_CREDENTIALS)
WHITENOISE_ALLOW_ALL_ORIGINS = False


def sealed_storage() -> dict[str, Any]:
    """Where ciphertext lies: a folder, or a bucket where one is named (requirements-s3.txt)."""
    bucket = env.str("SEALED_S3_BUCKET", default="")
    if not bucket:
        folder = {"location": VAR_DIR / "sealed"}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": folder}
    options = {
        "bucket_name": bucket,
        "endpoint_url": env.str("SEALED_S3_ENDPOINT", default="") or None,
        "region_name": env.str("SEALED_S3_REGION", default="") or None,
        "access_key": secret("SEALED_S3_ACCESS_KEY") or None,
        "secret_key": secret("SEALED_S3_SECRET_KEY") or None,
        "addressing_style": "path",
        "signature_version": "s3v4",
        "default_acl": None,
        "file_overwrite": True,  # a name is random and used once
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES: dict[str, dict[str, Any]] = {
    "default": sealed_storage(),
    "staticfiles": {"BACKEND": "web.parts.bundle.BundledStorage"},
}
FILE_UPLOAD_HANDLERS = ["vault.box.uploads.MemoryUploadHandler"]

# A probe of the machine itself comes in plain; a program is refused by web.parts.errors instead.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$", r"^api/"]
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Opposable",
    "DESCRIPTION": "Cases of an association, procedures and published figures. JSON only.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}

EMAIL_FROM = env.str("EMAIL_FROM", default="Nouvelles <nouvelles@localhost>")
DEFAULT_FROM_EMAIL = EMAIL_FROM
EMAIL_TIMEOUT = 20
# Threads that send sign-in codes beside the requests; 0 sends them within.
MAIL_THREADS = count("MAIL_THREADS", default=2, least=0, most=100)

# Where answers come to: each case has its own, with «+» and an unguessable part. Empty: no notice can be answered.
REPLY_ADDRESS = refuse_odd_address("REPLY_ADDRESS", env.str("REPLY_ADDRESS", default=""))

CELERY_TIMEZONE = TIME_ZONE

# What lets a program of another machine read /metrics and /readyz; without it only this machine's own do.
METRICS_TOKEN = secret("METRICS_TOKEN")
refuse_short_token(METRICS_TOKEN)
# Asked after each sweep that ended well: whoever watches raises an alarm when it stops. The operator's alone.
SWEEP_PINGS = addresses_to_ping(secret("SWEEP_PINGS"))
# Below this, /readyz says that the disk is full: one deposit more, and a backup, have to find room.
MIN_FREE_DISK_MB = count("MIN_FREE_DISK_MB", default=500, most=10_000_000)


LOGGING = log_lines(env.str("LOG_FORMAT", default="text"))


def sqlite(path: Path) -> dict[str, Any]:
    """An embedded database: one writer at a time, readers never wait."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # secure_delete: what is erased leaves no bytes behind in the file.
            # temp_store: what does not fit into a statement's memory would lie in /var/tmp.
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; "
                "PRAGMA secure_delete=ON;"
            ),
        },
    }


def postgres(url: str) -> dict[str, Any]:
    """A PostgreSQL connection that fails within seconds instead of hanging; what the address asks for comes first.

    The tables' owner alone is given all the time that a statement takes.

    `?sslmode=verify-full&sslrootcert=…`, `target_session_attrs` and the like are libpq's.
    """
    database: dict[str, Any] = env.db_url_config(url)
    database["CONN_MAX_AGE"] = 60
    database["CONN_HEALTH_CHECKS"] = True
    asked = database.get("OPTIONS", {})
    own = {
        "connect_timeout": 3,
        "keepalives": 1,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    }
    # A migration takes as long as its table does: what it may not do is wait for a lock (config/deploy/roles.sql).
    longest = 0 if database.get("USER") == "opposable_migrate" else 10_000
    parameters = f"-c statement_timeout={longest} -c max_parallel_workers_per_gather=0 {asked.get('options', '')}"
    database["OPTIONS"] = own | asked | {"options": parameters.strip()}
    return database


def redis_broker(url: str) -> dict[str, Any]:
    """Celery's settings for a Redis, which must not hold a request: the rows are the queue, a message is only a poke.

    A worker gives up on it within seconds too and comes back to it. How long a request waits: `vault.box.pokes`.
    """
    # kombu believes every certificate behind a `rediss://` that says nothing of it.
    tls = {"CELERY_BROKER_USE_SSL": {"ssl_cert_reqs": "required"}} if urlsplit(url).scheme == "rediss" else {}
    return tls | {
        "CELERY_BROKER_URL": url,
        "CELERY_BROKER_TRANSPORT_OPTIONS": {
            "socket_timeout": 2,
            "socket_connect_timeout": 1,
            "socket_keepalive": True,
            "health_check_interval": 20,
            # Of the connection that a message is sent by; a worker's own: config/celery.py.
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "visibility_timeout": 900,  # longer than a task may take, or a slow one would begin again
        },
    }


def file_broker(folder: Path) -> dict[str, Any]:
    """Celery's settings for a broker made of files: no server, 0.1 s of latency."""
    return {
        "CELERY_BROKER_URL": "filesystem://localhost//",
        "CELERY_BROKER_TRANSPORT_OPTIONS": {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.1,
        },
    }
