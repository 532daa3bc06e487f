"""Pytest plugin: the closing lines say how large the IDOR matrix was, what it found, and which removals it caught."""

from collections.abc import Iterator
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Each test hands its figures over as a property, which pytest-xdist's workers pass on."""
    lines = [values for name, values in _properties(terminalreporter) if name == "matrix"]
    if lines:
        addresses = max(addresses for _, addresses, _, _ in lines)
        requests, findings = sum(line[2] for line in lines), sum(line[3] for line in lines)
        terminalreporter.write_line(
            f"IDOR matrix: {addresses} addresses, {len(lines)} roles, {requests} requests, {findings} findings"
        )
    removals = [values for name, values in _properties(terminalreporter) if name == "removals"]
    if removals:
        caught, tried = (sum(values) for values in zip(*removals, strict=True))
        terminalreporter.write_line(f"removals of a scope or check that turned it red: {caught} of {tried}")


def _properties(terminalreporter: Any) -> Iterator[tuple[str, Any]]:
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                yield from report.user_properties
