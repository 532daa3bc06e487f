"""My account, as its owner sees it."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.access import Factors
from accounts.models import Membership
from web.desk.pages.team import role_labels


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAssociation:
    id: int
    name: str
    roles: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    name: str
    email: str
    association: str
    roles: list[str]
    has_app: bool
    codes_left: int
    others: list[OtherAssociation]


def account_page(membership: Membership, *, factors: Factors, all_mine: Iterable[Membership]) -> AccountPage:
    return AccountPage(
        name=membership.user.name,
        email=membership.user.email,
        association=membership.association.name,
        roles=role_labels(membership.roles),
        has_app=factors.has_app,
        codes_left=len(factors.codes),
        others=[
            OtherAssociation(id=one.association_id, name=one.association.name, roles=role_labels(one.roles))
            for one in all_mine
            if one.pk != membership.pk
        ],
    )
