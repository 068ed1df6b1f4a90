"""What the audit log tells beside an event, in the reader's language.

It is written once, in English and with ids; what has a shape of its own is put into words here, and
everything else, as the reasons that people give, stays as it was written. [OPR]
"""

import re
from dataclasses import dataclass

from workswith.web.site.language import lazy

_BY = re.compile(r"by (?P<by>[0-9a-f-]{36})(?:: (?P<rest>.*))?", re.DOTALL)
"""How `acts.noted` and identity begin what an operator did."""

_SHAPES = tuple(
    (kind, re.compile(shape), words)
    for kind, shape, words in (
        ("signed_in", r"pwd", lazy("with the password")),
        ("signed_in", r"pwd otp mfa", lazy("with the password and a one-time password")),
        ("signed_in", r"pwd kba mfa", lazy("with the password and a recovery code")),
        ("signed_in", r"pwd [hs]wk mfa", lazy("with the password and a passkey")),
        ("signed_in", r"[hs]wk user mfa", lazy("with a passkey")),
        ("signed_in", r"ext", lazy("at the company")),
        (
            "refresh_token_reused",
            r"generation (?P<shown>\d+) of (?P<newest>\d+)",
            lazy("It was number %(shown)s of its link, whose newest is number %(newest)s."),
        ),
        ("account_linked", r"thermostat (?P<id>\S+)", lazy("Thermostat: account %(id)s")),
        ("account_linked", r"door_entry (?P<id>\S+)", lazy("Door Entry: account %(id)s")),
        ("account_unlinked", r"thermostat (?P<id>\S+)", lazy("Thermostat: account %(id)s")),
        ("account_unlinked", r"door_entry (?P<id>\S+)", lazy("Door Entry: account %(id)s")),
        ("forum_moderated", r"hide post (?P<id>\S+)", lazy("Post %(id)s hidden")),
        ("forum_moderated", r"show post (?P<id>\S+)", lazy("Post %(id)s shown again")),
        ("forum_moderated", r"hide thread (?P<id>\S+)", lazy("Thread %(id)s hidden")),
        ("forum_moderated", r"show thread (?P<id>\S+)", lazy("Thread %(id)s shown again")),
        ("forum_moderated", r"lock thread (?P<id>\S+)", lazy("Thread %(id)s locked")),
        ("forum_moderated", r"unlock thread (?P<id>\S+)", lazy("Thread %(id)s unlocked")),
        ("showcase_decided", r"published (?P<id>\S+)", lazy("Solution %(id)s published")),
        ("showcase_decided", r"refused (?P<id>\S+)", lazy("Solution %(id)s refused")),
        (
            "gateway_added",
            r"(?P<id>\S+) in plant (?P<plant>\S+)",
            lazy("%(id)s in plant %(plant)s"),
        ),
        (
            "ban_lifted",
            r"(?P<client>\S+) (?P<id>\S+)",
            lazy("Endpoint %(id)s of application %(client)s"),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Told:
    """``by`` is the account id of the operator; of ``words`` and ``written`` one is empty."""

    by: str
    words: str
    written: str


def told(kind: str, detail: str) -> Told:
    """What stands beside an event of this ``kind``."""
    found = _BY.fullmatch(detail)
    by, rest = (found["by"], found["rest"] or "") if found else ("", detail)
    for each, shape, words in _SHAPES:
        if each == kind and (fits := shape.fullmatch(rest)):
            return Told(by, words % fits.groupdict(), "")
    return Told(by, "", rest)
