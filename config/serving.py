"""gunicorn's settings, for `make run` and for production: `gunicorn -c python:config.serving config.wsgi`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from config import cores
from config.refusal import settings_or_exit

cores.forbid()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
settings_or_exit()

wsgi_app = "config.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 8
# 0 would share the work better among processes (docs/reference/load.md), but a slow reader's connection that is closed
# after its answer holds the whole process for up to two seconds.
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
# The proxy is the only one that may say who asked and how.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
# Heartbeats in memory: on a slow disk they would make a busy worker look dead.
_memory = Path("/dev/shm")  # noqa: S108  gunicorn makes its own unguessable file there
worker_tmp_dir = str(_memory) if _memory.is_dir() else None
control_socket_disable = True
# No access log: addresses of pages carry no personal datum, but who read which one when is the audit log's business.
accesslog = None
errorlog = "-"
logconfig_dict = settings.LOGGING
loglevel = "warning"

_ROOT = Path(__file__).resolve().parent.parent
_CHECK = "import django; django.setup(); from config import checks; checks.refuse_unsound_start()"


def on_starting(server: Any) -> None:  # noqa: ARG001  gunicorn gives it
    """In production nothing is served with what is good enough for a demo only, a wrong key or a too powerful role.

    Once, before the first worker, and in a process of its own: no connection is open when workers are forked, and one
    that is renewed later does not go down with a database that is away for a moment.
    """
    if settings.STARTS_ONLY_WHEN_SOUND:
        checked = subprocess.run([sys.executable, "-c", _CHECK], cwd=_ROOT, check=False)
        if checked.returncode:
            sys.exit(1)
