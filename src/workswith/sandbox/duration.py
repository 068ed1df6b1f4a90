"""How people write spans of time: ``90``, ``15m``, ``1d12h``, ``2w``."""

import re

from workswith.kernel.clock import DAY, HOUR, MINUTE, SECOND

UNITS = {"w": 7 * DAY, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": 1}
LONGEST = 10 * 366 * DAY
_WHOLE = re.compile(r"(?:(\d+(?:\.\d+)?)(ms|[wdhms]))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[wdhms])")


def parse_duration(text: str) -> int:
    """Milliseconds; a bare number is seconds. Raises ``ValueError``, also over ten years."""
    plain = text.strip().lower().replace(" ", "")
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        plain += "s"
    if len(plain) > 40 or not _WHOLE.fullmatch(plain):
        raise ValueError("a span of time is written like 90, 15m, 24h or 1d12h")
    total = sum(round(float(number) * UNITS[unit]) for number, unit in _PART.findall(plain))
    if total > LONGEST:
        raise ValueError("a span of time is at most ten years")
    return total
