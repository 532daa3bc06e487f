"""Write the associations, their cases and the sessions of who will ask, with production's settings; print where to ask.

    python -m tests.load.ground --associations 50 --cases 200000 --volunteers 100 --members 100

The rows are made by the same bulk action as an import; each session is a row and a sealed store like any other.
"""

import argparse
import json
import sys
from datetime import datetime
from random import Random

import django

django.setup()

from django.conf import settings  # noqa: E402  once there are settings
from django.utils import timezone  # noqa: E402  once there are settings

from accounts import actions as accounts  # noqa: E402  once there are settings
from accounts import scope  # noqa: E402  once there are settings
from accounts.models import Membership  # noqa: E402  once there are settings
from accounts.rules.roles import Role  # noqa: E402  once there are settings
from accounts.rules.tokens import TokenScope  # noqa: E402  once there are settings
from bench import ground as bench  # noqa: E402  once there are settings
from cases.models import Case  # noqa: E402  once there are settings
from tests.people import signed_in, signed_in_by_code  # noqa: E402  once there are settings
from web.demo import stories  # noqa: E402  once there are settings

CASES_EACH = 40  # under the sixty of an hour


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("associations", "cases", "volunteers", "members"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    now = timezone.now()
    each = max(3, options.cases // options.associations)
    grounds = [_association(number, rows=each, at=now) for number in range(options.associations)]
    told = {
        "volunteers": [
            one for ground in grounds for one in _volunteers(ground, options.volunteers // len(grounds) + 1)
        ],
        "members": [one for ground in grounds for one in _members(ground, options.members // len(grounds) + 1)],
        "tokens": [_token(ground, at=now) for ground in grounds[:10]],
    }
    json.dump(told, sys.stdout)
    return 0


def _association(number: int, *, rows: int, at: datetime) -> bench.Ground:
    print(f"association {number + 1}: {rows} cases", file=sys.stderr, flush=True)
    dice = Random(number)
    return bench.settle(f"Association {number}", slug=f"charge{number:04d}", rows=rows, at=at, dice=dice)


def _volunteers(ground: bench.Ground, number: int) -> list[dict[str, object]]:
    """Each volunteer of the association in turn, with some open oppositions of their own."""
    found = []
    with scope.enter(ground.association.pk):
        for user in [user for user in ground.cast.hands if user is not None][:number]:
            own = Case.objects.filter(assigned_to=user, closed_on=None, procedure=stories.OPPOSITION, state="to_act")
            references = list(own.order_by("pk").values_list("reference", flat=True)[:CASES_EACH])
            browser = signed_in(user, association=ground.association)
            found.append({"session": _key(browser), "cases": references, "association": ground.association.pk})
    return [one for one in found if one["cases"]]


def _members(ground: bench.Ground, number: int) -> list[dict[str, object]]:
    with scope.enter(ground.association.pk):
        cases = list(Case.objects.exclude(member__user=None).select_related("member__user").order_by("pk")[:number])
        return [
            {
                "session": _key(signed_in_by_code(case.member.user, association=ground.association)),
                "case": case.reference,
            }
            for case in cases
            if case.member.user is not None
        ]


def _key(browser: object) -> str:
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)  # type: ignore[attr-defined]  # Django's client


def _token(ground: bench.Ground, *, at: datetime) -> str:
    with scope.enter(ground.association.pk):
        user = accounts.create_user(email=f"programme@{ground.association.slug}.invalid", name="Programme")
        owner: Membership = accounts.join(ground.association.pk, user=user, roles=[Role.COORDINATOR], at=at)
        _, text = accounts.create_token(
            owner, label="charge", scopes=[TokenScope.CASES_LIST], networks=["10.0.0.0/8"], days=1, at=at
        )
    return text


if __name__ == "__main__":
    sys.exit(main())
