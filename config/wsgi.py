"""The WSGI door. There is no ASGI one: its handler spools uploads to disk, where a NIR would stay."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

application = get_wsgi_application()
