"""``private_key_jwt``: a client proves itself with a signed, short-lived, single-use JWT. [OID-11]

[RFC 7523 section 3, OpenID Connect Core section 9, RFC 9700 section 2.5] The audience is the
client's issuer, or the token endpoint, as both are in use.
"""

from collections.abc import Mapping
from typing import Any

from workswith.kernel.clock import MINUTE, SECOND
from workswith.kernel.database import Tx, statement
from workswith.kernel.ident import digest

from . import client_keys

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SKEW = MINUTE
LONGEST = 60 * MINUTE
_USE = statement(
    "INSERT INTO used_assertion (hash, expires_at) VALUES (:hash, :expires_at) "
    "ON CONFLICT DO NOTHING"
)


def proved(
    params: Mapping[str, str], jwks: str, client_id: str, audiences: frozenset[str], now: int
) -> dict[str, Any] | None:
    """The claims of a good assertion; that it was not used before is `first_use`'s to say."""
    if params.get("client_assertion_type") != TYPE:
        return None
    said = client_keys.verify(jwks, params.get("client_assertion", ""))
    if said is None or not (said.get("iss") == said.get("sub") == client_id):
        return None
    named = said.get("aud")
    spoken_to = {named} if isinstance(named, str) else set(named or ())
    if not spoken_to & audiences:
        return None
    return said if _in_time(said, now) and said.get("jti") else None


async def first_use(tx: Tx, client_id: str, said: Mapping[str, Any]) -> bool:
    """Remembers the assertion until it is over."""
    key = digest(f"{client_id}\n{said['jti']}")
    return bool(await tx.run(_USE, hash=key, expires_at=int(said["exp"]) * SECOND + SKEW))


def _in_time(said: Mapping[str, Any], now: int) -> bool:
    ends, begins, made = said.get("exp"), said.get("nbf", 0), said.get("iat", 0)
    if not all(isinstance(at, int | float) for at in (ends, begins, made)):
        return False
    end = float(said["exp"]) * SECOND
    begin = max(float(begins), float(made)) * SECOND
    return now - SKEW < end <= now + LONGEST + SKEW and begin <= now + SKEW
