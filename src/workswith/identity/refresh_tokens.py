"""What a refresh token is: made, not stored. [OID-4 OID-11]

``handle | generation | second of issue | HMAC(key, all of it)``, 73 bytes in base64url. The handle
is random and known to holders of the family's tokens only; the family's row is found by its hash.
So nothing that is stored makes a token, and yet the successor of a token that is presented can be
made again and again: a client whose answer was lost retries and gets the same one.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode
from dataclasses import dataclass

from workswith.kernel.clock import SECOND
from workswith.kernel.ident import b64url

HANDLE = 32
_GENERATION = 4
_SECOND_OF_ISSUE = 5
_MAC = 32
_LENGTH = HANDLE + _GENERATION + _SECOND_OF_ISSUE + _MAC


@dataclass(frozen=True, slots=True)
class Presented:
    """A refresh token that one of our processes has made, whatever has become of it since.

    ``issued_at`` is in ms, cut to the second.
    """

    handle: bytes
    generation: int
    issued_at: int

    @property
    def family_id(self) -> str:
        return family_id(self.handle)


def family_id(handle: bytes) -> str:
    """How the row is found; one-way, so access tokens may carry it."""
    return b64url(hashlib.sha256(b"family" + handle).digest()[:24])


def write(key: bytes, handle: bytes, generation: int, issued_at: int) -> str:
    """The one refresh token of this generation; ``issued_at`` is in ms."""
    issued = (issued_at // SECOND).to_bytes(_SECOND_OF_ISSUE, "big")
    body = handle + generation.to_bytes(_GENERATION, "big") + issued
    return b64url(body + hmac.digest(key, body, "sha256"))


def read(key: bytes, token: str) -> Presented | None:
    """``None`` for what we never made; costs no database."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    body, mac = raw[:-_MAC], raw[-_MAC:]
    if len(raw) != _LENGTH or b64url(raw) != token:
        return None
    if not hmac.compare_digest(mac, hmac.digest(key, body, "sha256")):
        return None
    generation = body[HANDLE : HANDLE + _GENERATION]
    issued = body[HANDLE + _GENERATION :]
    return Presented(
        body[:HANDLE], int.from_bytes(generation, "big"), int.from_bytes(issued, "big") * SECOND
    )
