"""Django's and allauth's ways fitted to ours: sign-in by blind index, sealed factor secrets, no mail of allauth's."""

import base64
from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from accounts import crypto
from accounts.access import user_by_email
from accounts.fields import root_key
from accounts.models import User


class BlindIndexBackend(BaseBackend):
    """E-mail and password, the address looked up by its blind index. An unknown address costs a hash too."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        email, password = credentials.get("email"), credentials.get("password")
        if not email or password is None:
            return None
        user = user_by_email(email)
        if user is None or not user.has_usable_password():
            User().set_password(password)
            return None
        return user if user.check_password(password) else None

    def get_user(self, user_id: Any) -> User | None:
        try:
            return User.objects.filter(pk=UUID(str(user_id)), is_active=True).first()
        except ValueError:
            return None


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up but by invitation; allauth sends nothing: its mails would need an address in plain."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise NotImplementedError("Mail leaves through notifications only.")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the account page shows the factors."""


class FactorAdapter(DefaultMFAAdapter):
    """TOTP secrets and recovery seeds are sealed under the instance's key."""

    _AAD = b"mfa_authenticator"

    def encrypt(self, text: str) -> str:
        sealed = crypto.seal(text.encode(), self._key(), self._AAD)
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal(base64.b64decode(encrypted_text), self._key(), self._AAD).decode()

    def get_totp_label(self, user: Any) -> str:
        return str(user.email or user.name or "Opposable")

    def _key(self) -> bytes:
        return crypto.derive(root_key(None), "mfa")
