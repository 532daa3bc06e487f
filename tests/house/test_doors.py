"""Who looks past the scope: a short list of functions and tables, each with its reason or its test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

from accounts.scope import TenantModel
from tests.house.tree import APPS, ROOT, parsed, python_files

# Each function that uses `_base_manager` or `scope.as_user`, and the test of what it lets through and what not.
DOORS = {
    "accounts.access.doors.memberships_of": "accounts/test_scope.py::test_a_person_sees_their_own_memberships_only",
    "accounts.access.doors.memberships_anywhere": (
        "cases/test_erasing.py::test_whoever_works_for_an_association_that_is_suspended_keeps_their_account"
    ),
    "accounts.access.doors.invitation_ids": (
        "accounts/test_invitations.py::test_a_token_finds_its_invitation_and_is_not_kept"
    ),
    "accounts.access.doors.token_ids": "accounts/test_tokens.py::test_the_door_tells_two_ids_and_nothing_else",
    # Keys are looked up by the association in scope or by a subject; a key wraps to its own place alone.
    "accounts.fields.root_key": "accounts/test_scope.py::test_leaving_a_scope_forgets_its_keys",
    "accounts.fields.load_keys": (
        "accounts/test_sealed_columns.py::test_a_wrapped_key_moved_to_another_subject_is_refused"
    ),
    "accounts.fields._first_root": "accounts/test_sealed_columns.py::test_without_its_master_key_nothing_is_read",
    "cases.access.doors.members_of": "web/portal/test_entry.py::test_a_member_of_two_associations_chooses",
    "cases.access.doors.is_member_anywhere": (
        "cases/test_erasing.py::test_an_association_that_is_suspended_keeps_its_members_accounts"
    ),
    "notifications.access.messages.notice_ids": (
        "cases/inbound/test_replying.py::test_a_message_id_tells_two_ids_and_nothing_else"
    ),
    "config.copies.moving._rows": "config/copies/test_moving.py::test_the_demo_moves_as_a_whole_or_not_at_all",
    "observatory.access.published_file": "observatory/test_access.py::test_a_published_file_is_what_was_measured",
    "observatory.access.altered_files": "observatory/test_access.py::test_a_published_file_is_what_was_measured",
    "observatory.access._published": ("observatory/test_access.py::test_nothing_unpublished_is_read_without_a_scope"),
    "observatory.access._views": "observatory/test_access.py::test_scope_is_needed_for_everything_but_the_doors",
    "observatory.models.Release._refuse_when_published": (
        "observatory/test_walls.py::test_a_published_release_is_closed_in_the_database"
    ),
}
# Functions of the database that see every row: each returns ids for a hash that only the asker can know, or, for who
# operates the platform, counts and instants of all associations together.
FUNCTIONS = {
    "accounts_invitation_by_token": "accounts/test_invitations.py::test_a_token_finds_its_invitation_and_is_not_kept",
    "accounts_token_by_hash": "accounts/test_tokens.py::test_the_door_tells_two_ids_and_nothing_else",
    "accounts_root_of_each_kek": (
        "accounts/test_operating.py::test_the_functions_of_the_database_tell_counts_instants_and_ids_alone"
    ),
    "accounts_unchained": (
        "accounts/test_operating.py::test_the_functions_of_the_database_tell_counts_instants_and_ids_alone"
    ),
    "cases_overdue": "cases/test_operating.py::test_every_association_is_counted_as_its_sweep_would",
    "cases_unchained": "cases/test_operating.py::test_the_functions_of_the_database_tell_counts_and_an_instant_alone",
    "notifications_notice_by_message": (
        "cases/inbound/test_replying.py::test_a_message_id_tells_two_ids_and_nothing_else"
    ),
    "notifications_outbox": "notifications/test_operating.py::test_notices_of_every_association_are_counted_by_state",
    "vault_under_way": (
        "vault/test_operating.py::test_the_function_of_the_database_tells_states_counts_and_instants_alone"
    ),
}
# Tables without a policy: why, and the test of the functions that read them for somebody.
TABLES = {
    "accounts.Association": (
        "its name is public; the ids of those at work are a door",
        "accounts/test_scope.py::test_revoked_memberships_and_sleeping_associations_are_not_listed",
    ),
    "accounts.DataKey": (
        "has a policy, and rows of no association",
        "accounts/test_sealed_columns.py::test_a_wrapped_key_moved_to_another_subject_is_refused",
    ),
    "accounts.JobRun": (
        "of no association: when the platform's jobs were done",
        "config/test_tick.py::test_what_a_worker_did_is_not_done_again",
    ),
    "accounts.SignIn": (
        "one person's browsers, read by that person",
        "accounts/test_sessions.py::test_only_ones_own_open_session_is_found",
    ),
    "accounts.SignInCode": (
        "is looked up by an id that the asking browser alone keeps",
        "accounts/test_codes.py::test_a_code_works_for_the_browser_that_asked_for_it_only",
    ),
    "accounts.User": (
        "one account for several associations, found by a blind index",
        "accounts/test_codes.py::test_a_sleeping_account_is_not_found",
    ),
}


def functions(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """("cases.access.doors.members_of", its body) of each function, the inner ones with their outer one."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")

    def inside(node: ast.AST, named: str) -> Iterator[tuple[str, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                yield f"{named}.{child.name}", child
            elif isinstance(child, ast.ClassDef):
                yield from inside(child, f"{named}.{child.name}")

    yield from inside(parsed(path), module)


def looks_past_the_scope(body: ast.AST) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr in {"_base_manager", "as_user"} for node in ast.walk(body))


def test_who_looks_past_the_scope_stands_in_the_list() -> None:
    found = {name for path in python_files(*APPS) for name, body in functions(path) if looks_past_the_scope(body)}

    assert found - DOORS.keys() == set(), "name these doors here, each with its test"
    assert DOORS.keys() - found == set(), "these doors are gone"


def test_nothing_outside_a_function_looks_past_the_scope() -> None:
    for path in python_files(*APPS):
        uses = path.read_text(encoding="utf-8").count("._base_manager")
        named = sum(ast.unparse(body).count("._base_manager") for _, body in functions(path))
        assert uses == named or "scope" in path.parts, path


def test_functions_of_the_database_that_see_everything_stand_in_the_list() -> None:
    texts = [path.read_text(encoding="utf-8") for path in python_files(*APPS, migrations=True)]
    found = {
        name for text in texts for name in re.findall(r"CREATE FUNCTION (\w+)\([^$]*?SECURITY DEFINER", text, re.DOTALL)
    }

    assert sum(text.count("SECURITY DEFINER") for text in texts) == len(FUNCTIONS)
    assert found == FUNCTIONS.keys()


def test_tables_without_a_policy_stand_in_the_list() -> None:
    found = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in APPS and not issubclass(model, TenantModel)
    }

    assert found - TABLES.keys() == set(), "isolate these tables, or say here why they have no policy"
    assert TABLES.keys() - found == set(), "these tables are gone"


def test_every_door_has_its_test() -> None:
    named = [*DOORS.values(), *FUNCTIONS.values(), *(test for _, test in TABLES.values())]

    assert [test for test in named if not exists(test)] == []


def exists(test: str) -> bool:
    file, _, name = test.partition("::")
    path = ROOT / "tests" / file
    return path.is_file() and any(
        isinstance(node, ast.FunctionDef) and node.name == name for node in ast.walk(parsed(path))
    )
