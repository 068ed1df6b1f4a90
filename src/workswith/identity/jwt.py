"""JSON Web Tokens, one algorithm: RS256. [RFC 7515, RFC 7519, RFC 9068]

The writer's header is finished before the first token. The reader never parses a header: it
compares the whole segment with those that our own keys write. So no ``alg``, ``jwk``, ``jku`` or
``crit`` of a stranger is ever looked at, and the algorithm cannot be confused.

An access token has ``typ`` ``at+jwt``, an id_token ``JWT``, a logout token ``logout+jwt``: so one
never passes for the other, here or at any reader that follows RFC 9068 section 4. The original writes ``JWT`` in both; its
clients treat the access token as opaque, as far as the contract's sources show.

RSA-2048 signing takes 0.4 ms of a core, more than everything else in a refresh together; it is
done where it is needed, since a hop to a thread and back costs a quarter of that.
"""

from base64 import urlsafe_b64decode
from typing import Any, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, Hash

from workswith.kernel.ident import b64url

Typ = Literal["JWT", "at+jwt", "logout+jwt"]
TYPES: tuple[Typ, ...] = ("JWT", "at+jwt", "logout+jwt")
BITS = 2048
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_PADDING = PKCS1v15()
_HASH = SHA256()


class Key:
    """A key pair, parsed once, with the header segment of each type of token."""

    __slots__ = ("_private", "_public", "headers", "jwk", "kid")

    def __init__(self, private: RSAPrivateKey) -> None:
        self._private = private
        self._public = private.public_key()
        numbers = self._public.public_numbers()
        n, e = _number(numbers.n), _number(numbers.e)
        self.kid = _thumbprint(n, e)
        self.jwk = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": n, "e": e}
        self.headers: dict[Typ, str] = {
            typ: b64url(_encode({"typ": typ, "alg": "RS256", "kid": self.kid})) for typ in TYPES
        }

    @classmethod
    def generate(cls) -> "Key":
        """Takes about a tenth of a second of a core; call it in a thread."""
        return cls(generate_private_key(public_exponent=65_537, key_size=BITS))

    @classmethod
    def read(cls, pem: bytes) -> "Key":
        # Its primes are not tested again at every start: it was sealed by us, with authentication.
        private = serialization.load_pem_private_key(
            pem, password=None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(private, RSAPrivateKey):
            raise TypeError("not an RSA key")
        return cls(private)

    def pem(self) -> bytes:
        """The private key, to be sealed before it is stored."""
        return self._private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def sign(self, typ: Typ, claims: dict[str, Any]) -> str:
        body = f"{self.headers[typ]}.{b64url(_encode(claims))}"
        return f"{body}.{b64url(self._private.sign(body.encode(), _PADDING, _HASH))}"

    def verify(self, token: str) -> dict[str, Any] | None:
        """The claims, if this key has signed the token."""
        body, _, signature = token.rpartition(".")
        try:
            self._public.verify(_raw(signature), body.encode(), _PADDING, _HASH)
            return _decode(_raw(body.partition(".")[2]))
        except (InvalidSignature, ValueError, msgspec.DecodeError):
            return None


def _raw(segment: str) -> bytes:
    """Exactly what `b64url` writes and no other spelling, so that a token has one form."""
    raw = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if b64url(raw) != segment:
        raise ValueError("not base64url")
    return raw


def _number(value: int) -> str:
    return b64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _thumbprint(n: str, e: str) -> str:
    """RFC 7638: members in the order of the alphabet."""
    digest = Hash(SHA256())
    digest.update(_encode({"e": e, "kty": "RSA", "n": n}))
    return b64url(digest.finalize())
