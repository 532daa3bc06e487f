"""A WSGI application that answers with the headers which reached it."""

import json
from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    seen = json.dumps({name: value for name, value in environ.items() if name.startswith("HTTP_")}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(seen)))])
    return [seen]
