"""What may stand in a profile, field by field. [OpenID Connect Core 5.1]"""

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from workswith.kernel.problem import Kind, Problem
from workswith.kernel.words import N_

from .emails import LONGEST_NAME, clean_line
from .profile import Profile

LONGEST_URL = 500
LONGEST_ADDRESS = 500
MOST_LINES = 8
_BIRTHDATE = re.compile(r"(\d{4})(?:-(\d\d)-(\d\d))?")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_PHONE = re.compile(r"\+[1-9](?:[ ()./-]*\d){5,14}")
_OLDEST = 1850


def checked(profile: Profile, today: date) -> Profile:
    """Without blanks around the values. Raises INVALID with the field that is wrong."""
    clean: dict[str, str] = {}
    for name, rule in RULES.items():
        value = getattr(profile, name).strip()
        clean[name] = rule(name, value, today) if value else ""
    return Profile(**clean)


def _name(field: str, value: str, _today: date) -> str:
    return clean_line(value, field, LONGEST_NAME)


def _web(field: str, value: str, _today: date) -> str:
    value = clean_line(value, field, LONGEST_URL)
    try:
        parts = urlsplit(value)
        right = parts.scheme in ("https", "http") and bool(parts.hostname) and "@" not in parts[1]
    except ValueError:
        right = False
    if not right or any(char.isspace() for char in value):
        raise _wrong(field, N_("This is not an address of the web: it begins with https://."))
    return value


def _birthdate(field: str, value: str, today: date) -> str:
    """``YYYY-MM-DD``; ``0000`` for a year that is not told, or the year alone."""
    found = _BIRTHDATE.fullmatch(value)
    try:
        if found is None:
            raise ValueError
        year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
        born = date(year or 2000, month, day)  # a leap year, for the 29th of February
    except ValueError:
        raise _wrong(field, N_("Please write it as year-month-day, such as 1984-02-29.")) from None
    if born > today or (year and year < _OLDEST) or (not year and not found[2]):
        raise _wrong(field, N_("Nobody was born then."))
    return value


def _zone(field: str, value: str, _today: date) -> str:
    try:
        return ZoneInfo(value).key
    except (LookupError, ValueError, OSError):
        raise _wrong(
            field, N_("There is no such time zone. One looks like this: Europe/Rome.")
        ) from None


def _locale(field: str, value: str, _today: date) -> str:
    if not _LOCALE.fullmatch(value):
        raise _wrong(field, N_("A language looks like this: it, or fr-CH."))
    return value


def _phone(field: str, value: str, _today: date) -> str:
    if not _PHONE.fullmatch(value):
        raise _wrong(
            field, N_("Please begin with + and the code of the country, as in +39 055 123456.")
        )
    return value


def _envelope(field: str, value: str, _today: date) -> str:
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    if len(lines) > MOST_LINES or len(value) > LONGEST_ADDRESS:
        raise _wrong(field, N_("That is more than an envelope holds."))
    return "\n".join(clean_line(line, field, LONGEST_ADDRESS) for line in lines)


def _wrong(field: str, text: str) -> Problem:
    return Problem(Kind.INVALID, f"{field}_invalid", text, field=field)


RULES: dict[str, Callable[[str, str, date], str]] = {
    "middle_name": _name,
    "nickname": _name,
    "profile": _web,
    "picture": _web,
    "website": _web,
    "gender": _name,
    "birthdate": _birthdate,
    "zoneinfo": _zone,
    "locale": _locale,
    "phone_number": _phone,
    "address": _envelope,
}
