"""A passkey in software: what a telephone or a security key would answer, honest or not."""

import hashlib
import html
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from accounts import actions
from accounts.models import PasskeyKind, User

ORIGIN = "http://localhost:8000"
MAKER = bytes(range(16))
Flag = AuthenticatorData.FLAG


@dataclass
class SoftKey:
    """`count` goes up with each signature; one that never counts says `counts=False`, as those in a telephone do."""

    origin: str = ORIGIN
    site: str = "localhost"
    counts: bool = True
    count: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""

    def __post_init__(self) -> None:
        self._secret = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: dict[str, Any], *, verified: bool = True, **client: Any) -> dict[str, Any]:
        """The answer to `navigator.credentials.create`. It names its maker, as some do unasked."""
        self.handle = websafe_decode(options["publicKey"]["user"]["id"])
        public = ES256.from_cryptography_key(self._secret.public_key())  # type: ignore[no-untyped-call]  # fido2's
        credential = AttestedCredentialData.create(MAKER, self.credential_id, public)
        data = AuthenticatorData.create(self._site_hash(), self._flags(verified) | Flag.AT, self._next(), credential)
        said = self._client("webauthn.create", options, **client)
        return self._answer(clientDataJSON=said, attestationObject=AttestationObject.create("none", data, {}))

    def get(self, options: dict[str, Any], *, verified: bool = True, **client: Any) -> dict[str, Any]:
        """The answer to `navigator.credentials.get`."""
        data = AuthenticatorData.create(self._site_hash(), self._flags(verified), self._next())
        said = self._client("webauthn.get", options, **client)
        signature = self._secret.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=said, authenticatorData=data, signature=signature, userHandle=self.handle)

    def _client(self, kind: str, options: dict[str, Any], **changes: Any) -> bytes:
        challenge = options["publicKey"]["challenge"]
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False, **changes}
        return json.dumps(said).encode()

    def _answer(self, **response: bytes) -> dict[str, Any]:
        id_ = websafe_encode(self.credential_id)
        parts = {name: websafe_encode(part) for name, part in response.items()}
        return {"id": id_, "rawId": id_, "type": "public-key", "response": parts}

    def _flags(self, verified: bool) -> AuthenticatorData.FLAG:
        return Flag.UP | Flag.UV if verified else Flag.UP

    def _site_hash(self) -> bytes:
        return hashlib.sha256(self.site.encode()).digest()

    def _next(self) -> int:
        self.count += self.counts
        return self.count


def give_passkey(user: User, kind: PasskeyKind, *, at: datetime) -> SoftKey:
    """One that was enrolled before."""
    key = SoftKey(handle=user.pk.bytes)
    challenge = {"publicKey": {"challenge": "", "user": {"id": websafe_encode(key.handle)}}}
    made = AttestationObject(websafe_decode(key.create(challenge)["response"]["attestationObject"])).auth_data
    actions.add_passkey(user, kind=kind, made=made, at=at)
    return key


def options_in(page: str) -> dict[str, Any]:
    """What a page's button would hand to the browser."""
    found = re.search(r'data-passkey-options="([^"]+)"', page)
    assert found, "The page asks for no passkey."
    options: dict[str, Any] = json.loads(html.unescape(found.group(1)))
    return options


def enrolled(client: Any, kind: str = "phone", **options: Any) -> SoftKey:
    """Enrol one through the pages, in a browser that has just proved itself."""
    key = SoftKey(**options)
    page = client.get("/compte/facteur/cles/").content.decode()
    answer = client.post(
        "/compte/facteur/cles/", {"kind": kind, "credential": json.dumps(key.create(options_in(page)))}
    )
    assert answer.status_code == 302, answer.content.decode()
    return key
