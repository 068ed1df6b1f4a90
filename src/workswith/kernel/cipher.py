"""Secrets that must be shown or used again are kept encrypted: signing keys, subscription keys.

AES-256-GCM (NIST SP 800-38D) with a fresh 96-bit nonce for each sealing. The *context* names what
is sealed and whose it is (``"signing-key/2024-1"``); it is authenticated, not stored, so that a
value copied into another row does not open there.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = b"\x01"


class CipherError(Exception):
    """A sealed value does not open: another key, another context, or damaged."""


class Cipher:
    """Seals and opens with one instance key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the instance key has {KEY_BYTES} bytes")
        self._aead = AESGCM(key)

    def seal(self, plain: bytes, context: str) -> bytes:
        """Version byte, nonce, ciphertext with tag. Different at each call."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._aead.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """The inverse of `seal` under the same context. Raises `CipherError`."""
        if sealed[:1] != _VERSION:
            raise CipherError("sealed by an unknown version")
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, body, context.encode())
        except (InvalidTag, ValueError) as error:
            raise CipherError(
                "the value was sealed with another key or for another place"
            ) from error


def derive(key: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose (HKDF-SHA-256, RFC 5869); purposes never share a key."""
    return HKDF(SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)
