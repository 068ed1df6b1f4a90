"""Small values that the browser keeps for us and cannot read: sealed cookies of one purpose.

A value opens only for the same browser and purpose. It holds what must survive one redirect and
then be gone, so that the server keeps no copy and nothing stands in an address.
"""

from base64 import urlsafe_b64decode

from workswith.kernel.cipher import Cipher, CipherError
from workswith.kernel.ident import b64url
from workswith.web.site.visit import Visit


def put(visit: Visit, cookie: str, text: str, purpose: str, seconds: int) -> None:
    """Sets ``cookie`` with the answer of this visit."""
    sealed = _cipher(visit).seal(text.encode(), _context(visit, purpose))
    visit.keep(cookie, b64url(sealed), seconds)


def take(visit: Visit, cookie: str, purpose: str) -> str:
    """The text, once; empty if there is none, or one of another browser or purpose."""
    packed = visit.cookie(cookie)
    if not packed:
        return ""
    visit.keep(cookie, "", 0)
    try:
        sealed = urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        return _cipher(visit).open(sealed, _context(visit, purpose)).decode()
    except (CipherError, ValueError):
        return ""


def _cipher(visit: Visit) -> Cipher:
    return Cipher(visit.services.key)


def _context(visit: Visit, purpose: str) -> str:
    return f"cookie/{visit.nonce}/{purpose}"
