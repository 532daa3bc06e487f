"""As bare, for the commands of cases that need no database: its code without its tables."""

from config.settings.bare import *  # noqa: F403  the same settings

INSTALLED_APPS = ["cases.apps.TablelessConfig"]
