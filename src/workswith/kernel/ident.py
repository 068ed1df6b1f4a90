"""Ids and secrets.

Every secret has at least 256 random bits and uses only RFC 3986 unreserved characters, because
published programs put them into forms and addresses without escaping them.
"""

import hashlib
import hmac
import random
import secrets
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable


class Ident:
    """Makes ids and secrets from one source of random bytes."""

    def __init__(self, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._random_bytes = random_bytes

    @classmethod
    def seeded(cls, seed: int) -> "Ident":
        """Repeatable ids for tests and sandboxes. Never for production."""
        return cls(random.Random(seed).randbytes)  # noqa: S311

    def uuid(self) -> str:
        """A random UUID (RFC 9562 version 4)."""
        return str(uuid.UUID(bytes=self._random_bytes(16), version=4))

    def guid(self) -> str:
        """An id as the original's plants and modules have them: the fourth group is ``e053``."""
        raw = self._random_bytes(14).hex()
        return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-e053-{raw[16:28]}"

    def key(self) -> str:
        """A subscription key: 32 hex digits."""
        return self._random_bytes(16).hex()

    def secret(self, prefix: str = "") -> str:
        """256 bits, unreserved characters only."""
        return prefix + b64url(self._random_bytes(32))


def b64url(raw: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def digest(secret: str) -> str:
    """How a random secret is stored: SHA-256 in hex. Never for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
