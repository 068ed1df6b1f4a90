"""Errors that carry their meaning and no status.

Domain code raises a `Problem`; each edge renders it in its own dialect: the gateway as the
vendor's JSON, the login service as RFC 6749, a page as a page.
"""

from enum import Enum


class Kind(Enum):
    """What went wrong, in terms that every edge can translate."""

    MALFORMED = "malformed"  # cannot be read at all
    INVALID = "invalid"  # can be read, but a value is not allowed
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    EXHAUSTED = "exhausted"  # a quota is spent; `retry_after` says for how long
    UNKNOWN = "unknown"
    UNACCEPTABLE = "unacceptable"  # no representation that the caller accepts
    CONFLICT = "conflict"
    UNREACHABLE = "unreachable"  # the other side is known and away
    TIMED_OUT = "timed-out"
    BUSY = "busy"
    PASSWORD_EXPIRED = "password-expired"  # noqa: S105  a word, not a password
    TERMS_EXPIRED = "terms-expired"
    TOO_LARGE = "too-large"
    THROTTLED = "throttled"  # too fast; `retry_after` says for how long
    UNAVAILABLE = "unavailable"  # we ourselves cannot work for a moment; see `retry_after`
    INTERNAL = "internal"


class Problem(Exception):
    """A refusal.

    ``code`` names it for programs, ``detail`` is the sentence for people, ``hint`` says what to do
    about it, ``field`` names the input that caused it, ``debug`` stays in our own log,
    ``retry_after`` is in seconds.
    """

    def __init__(
        self,
        kind: Kind,
        code: str,
        detail: str,
        *,
        hint: str = "",
        field: str = "",
        debug: str = "",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{kind.value}/{code}: {detail}")
        self.kind = kind
        self.code = code
        self.detail = detail
        self.hint = hint
        self.field = field
        self.debug = debug
        self.retry_after = retry_after


class Mistake(ValueError):
    """What somebody typed makes no sense. ``field`` names the input that it was typed into."""

    def __init__(self, text: str, *, field: str) -> None:
        super().__init__(text)
        self.field = field
