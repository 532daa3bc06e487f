"""Production: PostgreSQL as the unprivileged role, Redis, TLS in front, secrets from files."""

from urllib.parse import urlsplit

from config.settings.base import *  # noqa: F403  an environment is the base with changes
from config.settings.base import PUBLIC_ORIGIN, VAR_DIR, env, postgres, redis_broker, sqlite
from config.settings.given import count, log_lines, secret

STARTS_ONLY_WHEN_SOUND = True
LOGGING = log_lines(env.str("LOG_FORMAT", default="json"))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or [urlsplit(PUBLIC_ORIGIN).hostname or ""]

_url = secret("DATABASE_URL")
DATABASES = {"default": postgres(_url) if _url.startswith("postgres") else sqlite(VAR_DIR / "opposable.sqlite3")}
# The address may stand in plain sight and the password in a mounted secret.
_password = secret("DATABASE_PASSWORD")
if _password:
    DATABASES["default"]["PASSWORD"] = _password

globals().update(redis_broker(secret("CELERY_BROKER_URL", "redis://redis:6379/0")))
VAULT_SAS_URL = secret("VAULT_SAS_URL", "redis://redis:6379/2")
CACHES = {
    "default": {
        "BACKEND": "config.cache.SturdyCache",
        "LOCATION": secret("CACHE_URL", "redis://redis:6379/1"),
    }
}

globals().update(env.email_url_config(secret("EMAIL_URL", "smtp+ssl://localhost:465")))

# Limits count the address that Caddy saw; with 0, Caddy's own: one guesser would lock everybody out.
ALLAUTH_TRUSTED_PROXY_COUNT = count("TRUSTED_PROXY_COUNT", default=1, least=0, most=10)

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_NAME = "__Host-language"
