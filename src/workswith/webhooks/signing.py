"""Signatures of Standard Webhooks 1.0, beside the original's bare body. [C2C-6]

``webhook-signature: v1,<base64 of HMAC-SHA256(secret, "id.timestamp.body")>``. The secret is shown
to the developer as ``whsec_`` with base64 and kept sealed.
"""

import hashlib
from base64 import b64decode, b64encode, urlsafe_b64decode
from binascii import b2a_base64

from workswith.kernel.cipher import Cipher
from workswith.kernel.ident import Ident

PREFIX = "whsec_"
_REMEMBERED = 10_000
_BLOCK = 64
"""Bytes of a block of SHA-256."""


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
    return _Key(b64decode(secret.removeprefix(PREFIX))).signature(id_, timestamp, body)


class _Key:
    """HMAC-SHA256 (RFC 2104) with what depends on the key alone already hashed.

    Half the time of ``hmac.digest``, which looks its algorithm up and hashes both pads each time.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in block]))
        self._outer = hashlib.sha256(bytes([byte ^ 0x5C for byte in block]))

    def signature(self, id_: str, timestamp: int, body: bytes) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(f"{id_}.{timestamp}.".encode())
        inner.update(body)
        outer.update(inner.digest())
        return "v1," + b2a_base64(outer.digest(), newline=False).decode()


class Signer:
    """Signs for many endpoints; remembers opened secrets."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher
        self._keys: dict[tuple[str, bytes], _Key] = {}

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
        signed = self._key(endpoint_id, sealed).signature(id_, timestamp, body)
        if previous is not None:
            former = self._key(endpoint_id, previous)
            signed = f"{signed} {former.signature(id_, timestamp, body)}"
        return [
            ("webhook-id", id_),
            ("webhook-timestamp", str(timestamp)),
            ("webhook-signature", signed),
        ]

    def _key(self, endpoint_id: str, sealed: bytes) -> _Key:
        key = self._keys.get((endpoint_id, sealed))
        if key is None:
            if len(self._keys) >= _REMEMBERED:
                self._keys.clear()
            secret = unseal(self._cipher, endpoint_id, sealed)
            key = _Key(b64decode(secret.removeprefix(PREFIX)))
            self._keys[endpoint_id, sealed] = key
        return key


def _context(endpoint_id: str) -> str:
    return f"webhook-secret/{endpoint_id}"
