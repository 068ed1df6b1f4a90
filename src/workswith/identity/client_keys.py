"""The public keys with which an application signs its assertions. [RFC 7517, RFC 7518]

RS256, PS256 and ES256; a key is taken for exactly the algorithm of its kind, and what the token's
own header brings along (``jwk``, ``jku``, ``x5c``) is never looked at.
"""

from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

ALGORITHMS = ("RS256", "PS256", "ES256")
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}
_MOST = 20
_SMALLEST_RSA = 2048
_LARGEST_RSA = 8192


def readable(jwks: str) -> bool:
    """Whether there is at least one key, and each can be used and is public."""
    try:
        keys = _keys(jwks)
        return 0 < len(keys) <= _MOST and all(
            not _PRIVATE & set(key) and _public(key) is not None for key in keys
        )
    except (ValueError, TypeError, KeyError, AttributeError, msgspec.DecodeError):
        return False


def verify(jwks: str, token: str) -> dict[str, Any] | None:
    """The claims of a compact JWS, if one of these keys has signed it."""
    body, _, signature = token.rpartition(".")
    try:
        head, _, payload = body.partition(".")
        header = msgspec.json.decode(_raw(head), type=dict[str, Any])
        check = _CHECKS.get(str(header.get("alg")))
        if check is None or "crit" in header:
            return None
        for key in _keys(jwks):
            if header.get("kid") not in (None, key.get("kid")):
                continue
            if key.get("alg") not in (None, header["alg"]) or key.get("use") not in (None, "sig"):
                continue
            if check(_public(key), _raw(signature), body.encode()):
                return msgspec.json.decode(_raw(payload), type=dict[str, Any])
    except (ValueError, TypeError, KeyError, AttributeError, msgspec.DecodeError):
        return None
    return None


def unverified(token: str) -> dict[str, Any]:
    """What an assertion says of itself, to find the client that it names; never believed."""
    try:
        return msgspec.json.decode(_raw(token.split(".")[1]), type=dict[str, Any])
    except (ValueError, IndexError, msgspec.DecodeError):
        return {}


def _keys(jwks: str) -> list[dict[str, Any]]:
    found = msgspec.json.decode(jwks, type=dict[str, Any])["keys"]
    return [dict(key) for key in found]


def _public(key: dict[str, Any]) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey | None:
    if key["kty"] == "RSA":
        made = rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
        return made if _SMALLEST_RSA <= made.key_size <= _LARGEST_RSA else None
    if key["kty"] == "EC" and key["crv"] == "P-256":
        numbers = ec.EllipticCurvePublicNumbers(
            _number(key["x"]), _number(key["y"]), ec.SECP256R1()
        )
        return numbers.public_key()
    return None


def _rsa(pad: padding.AsymmetricPadding) -> Callable[[object, bytes, bytes], bool]:
    def check(key: object, signature: bytes, body: bytes) -> bool:
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        try:
            key.verify(signature, body, pad, SHA256())
        except InvalidSignature:
            return False
        return True

    return check


def _es256(key: object, signature: bytes, body: bytes) -> bool:
    if not isinstance(key, ec.EllipticCurvePublicKey) or len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), body, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


_CHECKS: dict[str, Callable[[object, bytes, bytes], bool]] = {
    "RS256": _rsa(padding.PKCS1v15()),
    "PS256": _rsa(padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)),
    "ES256": _es256,
}


def _number(text: str) -> int:
    return int.from_bytes(_raw(text), "big")


def _raw(segment: str) -> bytes:
    return urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
