"""Proof Key for Code Exchange, S256 only. [OID-11, RFC 7636, RFC 9700 section 4.8]"""

import hashlib
import re

from workswith.kernel.ident import b64url, same

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def is_challenge(text: str) -> bool:
    """A SHA-256 in base64url."""
    return _CHALLENGE.fullmatch(text) is not None


def is_verifier(text: str) -> bool:
    return _VERIFIER.fullmatch(text) is not None


def proves(verifier: str, challenge: str) -> bool:
    return is_verifier(verifier) and same(
        b64url(hashlib.sha256(verifier.encode()).digest()), challenge
    )
