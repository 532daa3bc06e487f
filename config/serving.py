"""gunicorn's settings, for `make run` and for production: `gunicorn -c python:config.serving config.wsgi`."""

import os
from pathlib import Path

wsgi_app = "config.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 8
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
loglevel = "warning"
