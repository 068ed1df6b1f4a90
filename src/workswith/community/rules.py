"""What all that people write has in common: how long it may be, how often, and that it counts once."""

from workswith.kernel.clock import HOUR
from workswith.kernel.ident import digest
from workswith.kernel.problem import Kind, Problem

TITLE_LIMIT = 120
TEXT_LIMIT = 8_000
SUMMARY_LIMIT = 300
URL_LIMIT = 500
REASON_LIMIT = 500
WINDOW = HOUR
POSTS_AN_HOUR = 20
THREADS_AN_HOUR = 5
TICKETS_AN_HOUR = 10
ENTRIES_AN_HOUR = 5


def mark_of(account_id: str, once: str) -> str:
    """Names one form that one person sent; the second time it is the same."""
    return digest(f"{account_id}\n{once}")[:32]


def require_pace(written: int | None, limit: int) -> None:
    """``written`` is how much of it there was within `WINDOW`. Raises THROTTLED ``too_much``."""
    if (written or 0) >= limit:
        raise Problem(
            Kind.THROTTLED,
            "too_much",
            "You have written a lot within one hour. Please go on a little later.",
            retry_after=WINDOW // 1000,
        )
