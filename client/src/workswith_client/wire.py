"""What goes over the wire and comes back, without anything that sends it.

Header names are lower-case. Neither ``repr`` shows headers or bodies, which have secrets.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Request:
    """``seconds`` is for the whole answer, its body included."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def retry_after(self) -> float | None:
        """Seconds, whether the header says seconds or an instant. [RFC 9110 10.2.3]"""
        text = self.headers.get("retry-after", "").strip()
        if text.isdecimal():
            return float(text)
        from email.utils import parsedate_to_datetime  # noqa: PLC0415  rare, and slow to import

        try:
            until = parsedate_to_datetime(text)
            sent = parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None
        return max(0.0, (until - sent).total_seconds())

    def json(self) -> Any:
        """Raises ``ValueError``."""
        return json.loads(self.body)


def form(members: Mapping[str, str]) -> tuple[Mapping[str, str], bytes]:
    """Headers and body of a form."""
    return (
        {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
        urlencode(members).encode(),
    )
