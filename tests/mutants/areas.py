"""What is tried, by area, and which tests must notice: the nearest first, since the first failure ends a try."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """One file, and the tests (below tests/) that hold it. `postgres`: what it does, it does there only."""

    path: str
    tests: tuple[str, ...]
    postgres: bool = False


def _of(path: str, *tests: str, postgres: bool = False) -> Target:
    return Target(path, tuple(f"tests/{test}.py" for test in tests), postgres)


AREAS: dict[str, list[Target]] = {
    "permissions": [
        _of("accounts/rules/roles.py", "accounts/test_roles", "web/desk/test_two_people"),
        _of(
            "accounts/scope/__init__.py",
            *("accounts/test_scope", "accounts/test_walls", "accounts/test_doors", "cases/test_proving"),
            *("cases/evidence/test_rooting", "accounts/test_heads"),
            postgres=True,
        ),
        _of(
            "accounts/access/doors.py",
            *("accounts/test_scope", "accounts/test_doors", "accounts/test_tokens", "accounts/test_invitations"),
            "accounts/test_codes",
        ),
        _of(
            "accounts/access/team.py",
            "accounts/test_team",
            "accounts/test_doors",
            "web/desk/test_team",
            "web/desk/test_two_people",
        ),
        _of(
            "accounts/access/factors.py",
            *("accounts/test_doors", "accounts/test_factors", "web/desk/test_stepup", "web/desk/test_passkeys"),
            *("web/desk/test_passkeys_again", "web/desk/test_account", "web/desk/test_team"),
            "accounts/test_team",
        ),
        _of("accounts/access/tokens.py", "accounts/test_tokens", "web/api/test_tokens", "web/desk/test_tokens"),
        _of(
            "web/desk/views/doors.py",
            *("web/desk/test_pages", "web/desk/test_acting", "web/desk/test_stepup", "web/desk/test_typed_again"),
            *("web/desk/test_reason", "web/desk/test_security", "web/desk/test_exports", "web/desk/test_pace"),
            *("web/desk/test_justificatifs", "web/desk/test_lists_found", "web/desk/test_keeping"),
            "web/desk/test_deposits",
        ),
    ],
    "life cycle": [
        _of("cases/rules/lifecycle.py", "cases/test_lifecycle", "cases/test_opening", "cases/test_decisions"),
    ],
    "deadlines": [
        _of("procedures/rules/periods.py", "procedures/test_periods", "procedures/test_counting"),
        _of("procedures/rules/counting.py", "procedures/test_counting", "procedures/test_commands"),
        _of("procedures/rules/clocks.py", "procedures/test_clocks", "procedures/test_hours"),
        _of(
            "procedures/rules/deadlines.py",
            *("procedures/test_deadlines", "procedures/test_stops", "procedures/test_definitions"),
            *("procedures/test_seven_others", "procedures/test_replies"),
        ),
    ],
    "outbox": [
        _of("notifications/rules/backoff.py", "notifications/test_rules", "notifications/test_failures"),
        _of("notifications/rules/windows.py", "notifications/test_windows", "notifications/test_modes"),
        _of(
            "notifications/actions/__init__.py",
            *("notifications/test_outbox", "notifications/test_relays", "notifications/test_digests"),
            *("notifications/test_failures", "notifications/test_delivery", "notifications/test_sending_hours"),
            *("notifications/test_ending_well", "notifications/test_direct"),
        ),
        _of("notifications/actions/direct.py", "notifications/test_direct", "notifications/test_relays"),
        _of(
            "notifications/smtp.py",
            *("notifications/test_delivery", "notifications/test_relays", "notifications/test_failures"),
            *("notifications/test_ending_well", "notifications/test_direct", "cases/inbound/test_replying"),
        ),
        _of("notifications/gathering.py", "notifications/test_digests", "web/desk/test_mails", "web/portal/test_mails"),
        _of("notifications/rules/modes.py", "notifications/test_modes", "notifications/test_digests"),
    ],
    "cryptography": [
        _of("accounts/crypto.py", "accounts/test_crypto", "accounts/test_sealed_columns", "accounts/test_keys"),
        _of(
            "accounts/fields.py",
            *("accounts/test_sealed_columns", "accounts/test_keys", "accounts/test_tokens", "cases/test_sealing"),
            *("cases/test_erasing", "config/copies/test_drill"),
        ),
        _of("vault/rules/stream.py", "vault/test_stream", "vault/test_sealing"),
    ],
}
