# The production image: `docker compose build`. Two stages, so that no compiler and no pip cache stays; runs as nobody special.
FROM python:3.11-slim-bookworm AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
# REQUIREMENTS=requirements-s3.txt adds what keeps sealed files in a bucket.
ARG REQUIREMENTS=requirements.txt
COPY requirements.txt .
COPY requirements-s3.txt .
RUN /venv/bin/pip install --no-deps --require-hashes -r ${REQUIREMENTS}

# Debian 12, whose pg_dump and psql are of PostgreSQL 15 as the server is: newer ones write what it does not read.
FROM python:3.11-slim-bookworm
# bubblewrap: of use where the container's engine allows user namespaces: VAULT_ISOLATION in docs/reference/settings.md.
RUN apt-get update && apt-get install -y --no-install-recommends bubblewrap postgresql-client && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 opposable && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin opposable
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings.prod \
    VAR_DIR=/srv/opposable/var
WORKDIR /srv/opposable
COPY --from=builder /venv /venv
COPY manage.py ./
COPY accounts accounts
COPY cases cases
COPY config config
COPY locale locale
COPY notifications notifications
COPY observatory observatory
COPY procedures procedures
COPY vault vault
COPY web web
# Static files are part of the image; only var/sealed and var/heads are volumes. The key serves this one command and stays nowhere.
RUN SECRET_KEY=only-for-collectstatic python manage.py collectstatic --no-input --verbosity 0 \
 && mkdir -p var/sealed var/heads && chown 10001:10001 var/sealed var/heads
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "-c", "python:config.serving", "--bind", "0.0.0.0:8000"]
