"""For the commands that compute from what they are given (manage.py): no database, key or folder, nothing written."""

import environ

env = environ.Env()

PROCEDURE_FOLDERS: list[str] = env.list("PROCEDURE_FOLDERS", default=[])
INSTALLED_APPS = ["procedures"]
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = False
USE_TZ = True
