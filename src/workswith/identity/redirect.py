"""The way back to the application. [OID-1 OID-2 OID-11, RFC 6749 section 4.1.2, RFC 9207]

Published programs cut the answer by position: ``iss`` first, ``code`` (or the error), ``state``
last, and nothing after it. Every value is percent-encoded, unreserved characters excepted, so no
state can add a parameter, a fragment or a line to the answer.
"""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Redirect:
    """Answer it with 303, so that no browser posts a form on. [RFC 9700 section 4.12]

    With a ``form`` it is a page that posts these fields to ``url``, as ``response_mode=form_post``
    asks for. [OAuth 2.0 Form Post Response Mode]
    """

    url: str
    form: tuple[tuple[str, str], ...] = ()


def answer(redirect_uri: str, issuer: str, state: str, mode: str = "", **values: str) -> Redirect:
    """Adds to the query that the reply URL has; ``state`` is left out when it is empty."""
    pairs = [("iss", issuer), *values.items(), *([("state", state)] if state else [])]
    if mode == "form_post":
        return Redirect(redirect_uri, tuple(pairs))
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs)
    if "?" not in redirect_uri:
        return Redirect(f"{redirect_uri}?{query}")
    joint = "" if redirect_uri.endswith(("?", "&")) else "&"
    return Redirect(f"{redirect_uri}{joint}{query}")
