"""The platform's own WSGI application, and around it one header that says how many statements an answer took.

Only `make load` serves this: `gunicorn -c python:config.serving tests.load.served:application`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from config.wsgi import application as platform
from tests.load.pages import HEADER

# The scope's own setting goes with each transaction; so do these in the tests that count.
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    seen = [0]

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen[0] += not sql.lstrip().upper().startswith(NOT_COUNTED)
        return execute(sql, params, many, context)

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        return start_response(status, [*headers, (HEADER, str(seen[0]))], *rest)

    with connection.execute_wrapper(count):
        return platform(environ, start)
