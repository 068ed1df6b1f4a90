"""How an application may prove itself, rotate and hear of logouts. [OID-11 APP-1]

[RFC 7523, RFC 9700 section 2.5, OpenID Connect RP-Initiated Logout 1.0 section 3.1]
"""

from collections.abc import Iterator
from typing import get_args

from workswith.kernel.problem import Kind, Problem

from . import client_keys
from .application import ApplicationForm, Authentication, Pkce, Rotation
from .reply_urls import MOST, check_reply_url

LONGEST_RETRY = 300
LONGEST_JWKS = 16_384


def problems(form: ApplicationForm) -> list[Problem]:
    """Everything that is wrong, each with its ``field``."""
    return list(_problems(form))


def _problems(form: ApplicationForm) -> Iterator[Problem]:
    for field, words in (
        ("pkce", get_args(Pkce)),
        ("authentication", get_args(Authentication)),
        ("rotation", get_args(Rotation)),
    ):
        if getattr(form, field) not in words:
            yield _wrong(field, "unknown", f"One of {', '.join(words)}, please.")
    if form.retry_seconds is not None and not 0 <= form.retry_seconds <= LONGEST_RETRY:
        yield _wrong("retry_seconds", "range", f"Between 0 and {LONGEST_RETRY} seconds, please.")
    if form.authentication == "private_key_jwt" and not client_keys.readable(form.jwks):
        yield _wrong(
            "jwks",
            "invalid",
            "The public keys are a JSON Web Key Set with RSA or P-256 keys and nothing private.",
        )
    if len(form.jwks) > LONGEST_JWKS:
        yield _wrong("jwks", "long", "The key set is too long.")
    if len(form.post_logout_urls) > MOST:
        yield _wrong("post_logout_urls", "many", f"At most {MOST} addresses, please.")
    for url in form.post_logout_urls:
        yield from _address("post_logout_urls", url)
    if form.logout_url:
        yield from _address("logout_url", form.logout_url)


def _address(field: str, url: str) -> Iterator[Problem]:
    try:
        check_reply_url(url)
    except Problem as problem:
        detail = problem.detail.replace("reply URL", "logout address")
        yield Problem(problem.kind, problem.code, detail, field=field)


def _wrong(field: str, what: str, detail: str) -> Problem:
    return Problem(Kind.INVALID, f"{field}_{what}", detail, field=field)
