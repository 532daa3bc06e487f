"""The part between «+» and «@»: what an address says about where its mail belongs."""

from collections.abc import Iterable


def plus_part(recipients: Iterable[str], *, of: str) -> tuple[str, ...]:
    """What stands after the «+» in those that are `of` with something added, in lower case, each once.

    `plus_part(["Reponse+AB12@exemple.org"], of="reponse@exemple.org")` gives ("ab12",).
    """
    local, _, domain = of.casefold().rpartition("@")
    found: list[str] = []
    for recipient in recipients:
        name, _, host = recipient.casefold().rpartition("@")
        base, plus, tag = name.partition("+")
        if local and plus and tag and (base, host) == (local, domain):
            found.append(tag)
    return tuple(dict.fromkeys(found))


def with_plus(address: str, tag: str) -> str:
    """The address with something added: `reponse+ab12@exemple.org`."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{tag}@{domain}"
