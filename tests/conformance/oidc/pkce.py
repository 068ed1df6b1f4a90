"""A code verifier and its S256 challenge. [RFC 7636]"""

import hashlib
import secrets
from base64 import urlsafe_b64encode


def pair() -> tuple[str, str]:
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, urlsafe_b64encode(digest).rstrip(b"=").decode()
