"""Production, with the outbox's times made short: a lease of ten minutes would make each kill last ten minutes."""

from config.settings.prod import *  # noqa: F403  an environment is production with changes
from config.settings.prod import INSTALLED_APPS as OF_PRODUCTION

INSTALLED_APPS = [*OF_PRODUCTION, "tests.chaos"]
EMAIL_TIMEOUT = 1
