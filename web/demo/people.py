"""The demo's volunteers: made up, marked so, the same everywhere. Never in production (see config.checks)."""

import base64
import hashlib
from dataclasses import dataclass
from typing import TypedDict

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import encrypt

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
)


class Credentials(TypedDict):
    role: str
    name: str
    email: str
    password: str
    totp_secret: str
    recovery_codes: list[str]


def credentials() -> list[Credentials]:
    """What a stranger needs to reach the desk. Needs the database, for the key that seals recovery seeds."""
    return [
        Credentials(
            role=", ".join(one.roles),
            name=one.name,
            email=one.email,
            password=one.password,
            totp_secret=one.totp_secret,
            recovery_codes=_recovery(one).generate_codes(),
        )
        for one in VOLUNTEERS
    ]


def give_factors(one: DemoVolunteer, user: User) -> None:
    """Enrol the account's TOTP and recovery codes."""
    TOTP.activate(user, one.totp_secret)
    codes = _recovery(one).instance
    codes.user = user
    codes.save(force_insert=True)


def _recovery(one: DemoVolunteer) -> RecoveryCodes:
    data = {"seed": encrypt(one.recovery_seed), "used_mask": 0}
    return RecoveryCodes(Authenticator(type=Authenticator.Type.RECOVERY_CODES, data=data))
