"""Ids and secrets.

Every secret has at least 256 random bits and uses only RFC 3986 unreserved characters, because
published programs put them into forms and addresses without escaping them.
"""

import hashlib
import hmac
import secrets
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from functools import partial


class Seeded:
    """Repeatable bytes from one seed, for tests and sandboxes. Never for production.

    Each branch has a row of draws of its own, so that what one area draws does not depend on when
    another one did. ``drawn`` counts the draws of each branch; whoever starts with what it was goes
    on where it stood.
    """

    def __init__(self, seed: int | str, drawn: Mapping[str, int] | None = None) -> None:
        self.seed = str(seed)
        self.drawn: dict[str, int] = dict(drawn or {})

    def at(self, drawn: Mapping[str, int], seed: str = "") -> "Seeded":
        """The same seed, or another one, where so many draws were made."""
        return Seeded(seed or self.seed, drawn)

    def draw(self, branch: str, size: int) -> bytes:
        """The next ``size`` bytes of a branch."""
        count = self.drawn.get(branch, 0)
        self.drawn[branch] = count + 1
        return hashlib.shake_256(f"{self.seed}/{branch}/{count}".encode()).digest(size)


class Ident:
    """Makes ids and secrets from one source of random bytes."""

    def __init__(
        self,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        seeded: Seeded | None = None,
    ) -> None:
        self._random_bytes = random_bytes
        self._seeded = seeded

    @classmethod
    def of(cls, seeded: Seeded, branch: str = "") -> "Ident":
        """Draws from one branch of a seed."""
        return cls(partial(seeded.draw, branch), seeded)

    @classmethod
    def seeded(cls, seed: int) -> "Ident":
        """Repeatable ids for tests and sandboxes. Never for production."""
        return cls.of(Seeded(seed))

    def branch(self, name: str) -> "Ident":
        """For one area: itself, or where ids are seeded, a row of draws of its own."""
        return self if self._seeded is None else Ident.of(self._seeded, name)

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
