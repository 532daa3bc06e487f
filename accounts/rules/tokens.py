"""What a program's token may do, from where and for how long. Plain values only."""

import re
from collections.abc import Iterable
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

PREFIX = "opp_"
LIFETIMES = (30, 90, 365)  # days
REMINDERS = (14, 2)  # days before the end
MOST_NETWORKS = 20
_SHAPE = re.compile(rf"{PREFIX}[\w-]{{43,100}}", re.ASCII)


class TokenScope(StrEnum):
    """One thing that a token may do, whatever more its owner may."""

    CASES_LIST = "cases:list"
    CASES_READ = "cases:read"


class NotANetwork(ValueError):
    """A line names no network: it is in `args[0]`."""


def is_shaped(text: str) -> bool:
    """Could this be a token? What is not is never looked up."""
    return _SHAPE.fullmatch(text) is not None


def read_networks(text: str) -> list[str]:
    """The networks of some lines, each once, as CIDR; a lone address is a network of one. Raises NotANetwork."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return list(dict.fromkeys(str(_network(line)) for line in lines))


def _network(line: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(line)
    except ValueError:
        raise NotANetwork(line) from None
    if network.prefixlen == 0:
        raise NotANetwork(line)  # everywhere is said by naming none, so that nobody takes it for a restriction
    return network


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Does the address lie in one of the networks? No network named: anywhere. What is no address lies in none."""
    allowed = [ip_network(one) for one in networks]
    try:
        given = ip_address(address)
    except ValueError:
        return not allowed
    return not allowed or any(asked in one for one in allowed for asked in (given, _plain(given)))


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address that a socket of both kinds wrote as «::ffff:192.0.2.1» is that IPv4 address."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
