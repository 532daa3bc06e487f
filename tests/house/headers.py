"""What the headers of an answer must say, and must not."""

import re
from typing import Any

from tests.house.world import World, address, addresses

EXIT = "https://www.meteofrance.com/"
KNOWN_SOURCES = {"'self'", "'none'"}
LOCKED = ("frame-ancestors", "base-uri", "object-src")
SAME = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PRIVATE = re.compile(r"^/(desk|espace|compte|invitation|demo)/")
STRICT_REFERRER = {"same-origin", "no-referrer"}
OFF = ("geolocation=()", "microphone=()")
TELLING_HEADERS = ("Server", "X-Powered-By", "Via", "X-Runtime", "Access-Control-Allow-Origin")


def is_private(path: str, person: str) -> bool:
    """Whoever is signed in keeps nothing, on public pages neither."""
    return person != "nobody" or bool(PRIVATE.match(path))


def faults_of(response: Any, path: str, *, is_private: bool) -> list[str]:
    """What is missing in an answer's headers, or too much."""
    found = policy_faults(response.get("Content-Security-Policy", ""), path)
    found += [f"{name}: {response.get(name)}" for name, value in SAME.items() if response.get(name) != value]
    if response.get("Referrer-Policy") not in STRICT_REFERRER:
        found.append(f"Referrer-Policy: {response.get('Referrer-Policy')}")
    found += [f"{one} is not in Permissions-Policy" for one in OFF if one not in response.get("Permissions-Policy", "")]
    found += [f"tells {name}" for name in TELLING_HEADERS if name in response]
    if is_private and response.get("Cache-Control") != "no-store":
        found.append(f"may be kept: {response.get('Cache-Control')}")
    return found


def policy_faults(policy: str, path: str) -> list[str]:
    """`default-src 'none'`, nothing from elsewhere, nothing inline; one other site, for the form of the quick exit."""
    given = {name: sources for name, *sources in (part.split() for part in policy.split(";") if part.strip())}
    if given.get("default-src") != ["'none'"]:
        return [f"no policy: {policy!r}"]
    found = [f"{name} is open" for name in LOCKED if given.get(name, ["'none'"]) != ["'none'"]]
    found += [] if "frame-ancestors" in given else ["frame-ancestors is missing: default-src does not stand for it"]
    found += [] if "form-action" in given else ["form-action is missing: default-src does not stand for it"]
    others = {(name, one) for name, sources in given.items() for one in sources if one not in KNOWN_SOURCES}
    if path.startswith("/espace/"):
        others -= {("form-action", EXIT)}
    return found + [f"{name} admits {one}" for name, one in sorted(others)]


def path_of(world: World, name: str) -> str:
    """With the ids of the first member's case."""
    return address(name, dict(addresses())[name], world.home.parts["first"])
