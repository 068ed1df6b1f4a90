"""Signatures of Standard Webhooks 1.0, beside the original's bare body. [C2C-6]

``webhook-signature: v1,<base64 of HMAC-SHA256(secret, "id.timestamp.body")>``. The secret is shown
to the developer as ``whsec_`` with base64 and kept sealed.
"""

import hmac
from base64 import b64decode, b64encode, urlsafe_b64decode

from workswith.kernel.cipher import Cipher
from workswith.kernel.ident import Ident

PREFIX = "whsec_"
_REMEMBERED = 10_000


def new_secret(ident: Ident) -> str:
    """256 random bits as ``whsec_…``."""
    return PREFIX + b64encode(urlsafe_b64decode(ident.secret() + "=")).decode()


def seal(cipher: Cipher, endpoint_id: str, secret: str) -> bytes:
    return cipher.seal(secret.encode(), _context(endpoint_id))


def unseal(cipher: Cipher, endpoint_id: str, sealed: bytes) -> str:
    """Raises `CipherError`."""
    return cipher.open(sealed, _context(endpoint_id)).decode()


def signature(secret: str, id_: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature``; ``timestamp`` in seconds since 1970."""
    return _signed(b64decode(secret.removeprefix(PREFIX)), id_, timestamp, body)


class Signer:
    """Signs for many endpoints; remembers opened secrets."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher
        self._keys: dict[tuple[str, bytes], bytes] = {}

    def headers(
        self,
        endpoint_id: str,
        sealed: bytes,
        id_: str,
        now: int,
        body: bytes,
        *,
        previous: bytes | None = None,
    ) -> list[tuple[str, str]]:
        """The three headers for one attempt at ``now``.

        While a secret is being replaced there are two signatures, by the new one and the
        ``previous`` one; receivers accept either.
        """
        timestamp = now // 1000
        signed = _signed(self._key(endpoint_id, sealed), id_, timestamp, body)
        if previous is not None:
            signed += " " + _signed(self._key(endpoint_id, previous), id_, timestamp, body)
        return [
            ("webhook-id", id_),
            ("webhook-timestamp", str(timestamp)),
            ("webhook-signature", signed),
        ]

    def _key(self, endpoint_id: str, sealed: bytes) -> bytes:
        key = self._keys.get((endpoint_id, sealed))
        if key is None:
            if len(self._keys) >= _REMEMBERED:
                self._keys.clear()
            secret = unseal(self._cipher, endpoint_id, sealed)
            key = b64decode(secret.removeprefix(PREFIX))
            self._keys[endpoint_id, sealed] = key
        return key


def _signed(key: bytes, id_: str, timestamp: int, body: bytes) -> str:
    mac = hmac.digest(key, f"{id_}.{timestamp}.".encode() + body, "sha256")
    return "v1," + b64encode(mac).decode()


def _context(endpoint_id: str) -> str:
    return f"webhook-secret/{endpoint_id}"
