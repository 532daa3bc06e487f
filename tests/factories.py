"""Rows for tests. Every text that tells who somebody is, is a canary: a sign that must never be found in a dump."""

import itertools
import random
import string
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from accounts import actions, scope
from accounts.models import Association, Invitation, Membership, User
from accounts.rules.roles import Role

PASSWORD = "une phrase de passe longue"

# Column ("accounts.User.email") -> the canaries that this process planted there.
PLANTED: dict[str, list[str]] = defaultdict(list)
_count = itertools.count(1)


def plant(column: str, kind: str = "text") -> str:
    """A fresh canary for the column, remembered for the search: its kind is text, email or phone."""
    token = "".join(random.choices(string.ascii_lowercase, k=12))
    made = {"text": f"Zq{token}", "email": f"Zq{token}@exemple.invalid", "phone": f"0699{random.randrange(10**6):06d}"}
    PLANTED[column].append(made[kind])
    return made[kind]


def make_association(*, name: str = "Association des usagers", slug: str = "") -> Association:
    return actions.create_association(name, slug=slug or f"association-{next(_count)}")


def make_user(*, email: str | None = None, name: str | None = None, password: str | None = PASSWORD) -> User:
    """Signs in with `PASSWORD`; `email=""` for a person without an address, `password=None` for codes only."""
    return actions.create_user(
        email=plant("accounts.User.email", "email") if email is None else email,
        name=f"{plant('accounts.User.name')} Dupont" if name is None else name,
        password=password,
    )


def make_membership(
    association: Association, *roles: Role, user: User | None = None, at: datetime | None = None
) -> Membership:
    """A volunteer of the association; without a role they only have an account's rights."""
    return actions.join(association.pk, user=user or make_user(), roles=roles, at=at or timezone.now())


def make_invitation(
    association: Association,
    *,
    by: User,
    at: datetime,
    roles: Iterable[Role] = (Role.VOLUNTEER,),
    email: str | None = None,
) -> tuple[Invitation, str]:
    """An open invitation and its token."""
    with scope.enter(association.pk):
        return actions.invite(
            association.pk,
            email=plant("accounts.Invitation.email", "email") if email is None else email,
            name=plant("accounts.Invitation.name"),
            roles=roles,
            by=by,
            at=at,
        )
