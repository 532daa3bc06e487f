"""As bare, for the commands of the vault that need no database: its code without its tables."""

from config.settings.bare import *  # noqa: F403  the same settings

INSTALLED_APPS = ["vault.apps.TablelessConfig"]
