"""The demo's volunteers: made up, marked so, the same everywhere. Never in production (see config.checks)."""

import base64
import hashlib
from dataclasses import dataclass
from typing import TypedDict

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import encrypt

from accounts.access import memberships_of, secrets_of, user_by_email
from accounts.models import User
from accounts.rules.roles import Role


@dataclass(frozen=True, slots=True)
class DemoVolunteer:
    """`key` names the account: e-mail, password, TOTP secret and recovery codes all follow from it."""

    key: str
    first_name: str
    roles: tuple[Role, ...]

    @property
    def name(self) -> str:
        return f"{self.first_name} Démo"

    @property
    def email(self) -> str:
        return f"{self.key}@demo.invalid"

    @property
    def password(self) -> str:
        return f"demo-{self.key}-2026"

    @property
    def totp_secret(self) -> str:
        """160 bits in base32, as authenticators take them."""
        return base64.b32encode(hashlib.sha1(f"demo totp {self.key}".encode(), usedforsecurity=False).digest()).decode()

    @property
    def recovery_seed(self) -> str:
        return hashlib.sha256(f"demo recovery {self.key}".encode()).hexdigest()


VOLUNTEERS = (
    DemoVolunteer("accueil", "Alix", (Role.RECEPTION,)),
    DemoVolunteer("benevole", "Bao", (Role.VOLUNTEER,)),
    DemoVolunteer("referent", "Camille", (Role.REFERENT,)),
    DemoVolunteer("coordination", "Dominique", (Role.COORDINATOR,)),
    DemoVolunteer("donnees", "Eden", (Role.DATA_DELEGATE,)),
    DemoVolunteer("coordination-bis", "Flo", (Role.COORDINATOR,)),
)
COORDINATOR = VOLUNTEERS[3]


def in_association(one: DemoVolunteer, place: int) -> DemoVolunteer:
    """The first association has all six; the others have theirs under numbered addresses."""
    return one if place == 0 else DemoVolunteer(f"{one.key}{place + 1}", one.first_name, one.roles)


class Credentials(TypedDict):
    association: str
    role: str
    name: str
    email: str
    password: str
    totp_secret: str
    recovery_codes: list[str]


def credentials() -> list[Credentials]:
    """What a stranger needs to reach the desk, and another association's. Needs the seeded database."""
    return [
        Credentials(
            association=membership.association.name,
            role=", ".join(one.roles),
            name=one.name,
            email=one.email,
            password=one.password,
            totp_secret=one.totp_secret,
            recovery_codes=_codes(one, user),
        )
        for one in (*VOLUNTEERS, in_association(COORDINATOR, 1))
        if (user := user_by_email(one.email))
        for membership in memberships_of(user)
    ]


def give_factors(one: DemoVolunteer, user: User) -> None:
    """Enrol the account's TOTP and recovery codes."""
    with secrets_of(user):
        TOTP.activate(user, one.totp_secret)
        codes = _recovery(one).instance
    codes.user = user
    codes.save(force_insert=True)


def _codes(one: DemoVolunteer, user: User) -> list[str]:
    with secrets_of(user):
        codes: list[str] = _recovery(one).generate_codes()
    return codes


def _recovery(one: DemoVolunteer) -> RecoveryCodes:
    data = {"seed": encrypt(one.recovery_seed), "used_mask": 0}
    return RecoveryCodes(Authenticator(type=Authenticator.Type.RECOVERY_CODES, data=data))
