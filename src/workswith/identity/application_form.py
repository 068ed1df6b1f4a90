"""What an application may be called, show, reach and ask for. [APP-1 APP-3 APP-4]"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from workswith.kernel.problem import Kind, Problem

from . import client_rules, scopes
from .application import ApplicationForm
from .emails import clean_line
from .reply_urls import check_reply_urls

LONGEST_LOGO = 256 * 1024
LONGEST_URL = 2000
_MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def clean(form: ApplicationForm) -> ApplicationForm:
    """The form with its texts trimmed and its scopes in order. Raises the first `Problem`."""
    found, cleaned = check(form)
    if found:
        raise found[0]
    return cleaned


def check(form: ApplicationForm) -> tuple[list[Problem], ApplicationForm]:
    """Everything that is wrong, each with its ``field``, and the form as it would be kept."""
    found: list[Problem] = []
    values: dict[str, Any] = {}
    for field, rule in _RULES.items():
        try:
            values[field] = rule(getattr(form, field))
        except Problem as problem:
            found.append(problem)
    try:
        media_type(form.logo or b"")
    except Problem as problem:
        found.append(problem)
    found += client_rules.problems(form)
    return found, replace(form, **values)


def media_type(logo: bytes) -> str:
    """By what the file begins with; empty for no logo. Raises `Problem`."""
    if not logo:
        return ""
    if len(logo) > LONGEST_LOGO:
        raise Problem(
            Kind.TOO_LARGE, "logo_large", "The logo has at most 256 kB, please.", field="logo"
        )
    for magic, name in _MAGIC.items():
        if logo.startswith(magic):
            return name
    raise Problem(Kind.INVALID, "logo_type", "The logo is a PNG or JPEG image.", field="logo")


def _url(url: str) -> str:
    url = clean_line(url, "url", LONGEST_URL, required=False)
    try:
        parts = urlsplit(url)
        good = not url or (parts.scheme in ("http", "https") and bool(parts.hostname))
    except ValueError:
        good = False
    if not good or " " in url:
        raise Problem(Kind.INVALID, "url_invalid", "This is not a web address.", field="url")
    return url


def _reply_urls(urls: tuple[str, ...]) -> tuple[str, ...]:
    urls = tuple(urls)
    check_reply_urls(urls)
    return urls


def _scopes(names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in scopes.BY_NAME]
    if unknown:
        raise Problem(Kind.INVALID, "scope_unknown", "There is no such scope.", field="scopes")
    chosen = scopes.in_order(name for name in names if scopes.BY_NAME[name].offered)
    if not chosen:
        raise Problem(
            Kind.INVALID, "scopes_missing", "Please choose at least one scope.", field="scopes"
        )
    return chosen


_RULES: dict[str, Callable[..., str | tuple[str, ...]]] = {
    "name": lambda text: clean_line(text, "name", 100),
    "description": lambda text: clean_line(text, "description", 1000),
    "vendor": lambda text: clean_line(text, "vendor", 100),
    "url": _url,
    "reply_urls": _reply_urls,
    "scopes": _scopes,
}
