"""Signatures of Standard Webhooks 1.0. The original signs nothing; other clouds do."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping

from workswith_client.errors import ConfigurationError, SignatureRefused

TOLERANCE_SECONDS = 300
PREFIX = "whsec_"
_VERSION = "v1,"


def key(secret: str) -> bytes:
    """Of ``whsec_…``. Raises `ConfigurationError`."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError as error:
        raise ConfigurationError("A secret of a webhook begins with whsec_.") from error


def verify(keys: Iterable[bytes], headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The ``webhook-id``; any of the keys will do, so that one can be replaced by another.

    Header names in lower case, ``now`` in seconds since 1970 UTC. Raises `SignatureRefused`.
    """
    id_ = headers.get("webhook-id", "")
    at = headers.get("webhook-timestamp", "")
    if not id_ or not at.isdecimal():
        raise SignatureRefused("The request is not signed.")
    if abs(now - int(at)) > TOLERANCE_SECONDS:
        raise SignatureRefused("The request was signed at another time.")
    signed = f"{id_}.{at}.".encode() + body
    expected = [hmac.digest(one, signed, hashlib.sha256) for one in keys]
    good = False
    for given in headers.get("webhook-signature", "").split():
        value = _decoded(given)
        for one in expected:
            good |= hmac.compare_digest(one, value)
    if not good:
        raise SignatureRefused("No signature is right.")
    return id_


def _decoded(given: str) -> bytes:
    try:
        return base64.b64decode(given.removeprefix(_VERSION), validate=True)
    except ValueError:  # letters of other alphabets included
        return b""
