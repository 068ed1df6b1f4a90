"""What a fault is: values, and how people write them down. [SBX-3]"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from workswith.kernel.clock import iso, parse_iso
from workswith.kernel.problem import Mistake
from workswith.sandbox.duration import parse_duration

LONGEST_WAIT_MS = 120_000
"""Real time: no client waits longer, and no test should."""
FACETS = ("plant", "module", "application", "endpoint", "operation", "account")
"""What a fault can be narrowed to, in any combination."""

Place = Literal["call", "token", "notification", "attempt", "state"]
Name = Annotated[str, Meta(max_length=300)]
Milliseconds = Annotated[int, Meta(ge=0, le=LONGEST_WAIT_MS)]


class Asked(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A fault as somebody asks for it. ``for`` and the instants are the clock's, ``ms`` is real.

    Without ``times``, ``probability`` and an end it strikes every time, until it is cleared.
    """

    kind: Annotated[str, Meta(min_length=1, max_length=60)]
    plant: Name = ""
    module: Name = ""
    application: Name = ""
    endpoint: Name = ""
    operation: Name = ""
    account: Name = ""
    times: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    probability: Annotated[float, Meta(gt=0, le=1)] = 1.0
    seed: Annotated[int, Meta(ge=0, le=2**53)] = 0
    begin: Annotated[str, Meta(max_length=40)] = ""
    until: Annotated[str, Meta(max_length=40)] = ""
    lasting: Annotated[str, Meta(max_length=40)] = msgspec.field(default="", name="for")
    ms: Milliseconds | None = None
    seconds: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    status: Annotated[int, Meta(ge=200, le=599)] | None = None
    body: Annotated[str, Meta(max_length=8_192)] | None = None
    error: Annotated[str, Meta(max_length=40)] | None = None
    after: bool | None = None

    def where(self) -> dict[str, str]:
        """The facets that narrow it."""
        return {facet: value for facet in FACETS if (value := getattr(self, facet))}

    def options(self) -> dict[str, object]:
        """What is said about how it strikes."""
        said = {name: getattr(self, name) for name in OPTIONS}
        return {name: value for name, value in said.items() if value is not None}


OPTIONS = ("ms", "seconds", "status", "body", "error", "after")


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that can go wrong.

    ``name`` is what people type, ``place`` where it strikes, ``slot`` what it takes: of the faults
    that one call meets only the eldest of a slot strikes. ``facets`` may narrow it, ``options``
    are what it takes with their usual values. ``status`` and ``code`` are of the answer that it
    makes; ``documented`` limits it to operations whose document lists that status.
    """

    name: str
    place: Place
    slot: Literal["wait", "answer", "wire", "state"]
    what: str
    facets: tuple[str, ...]
    options: Mapping[str, object]
    status: int = 0
    code: str = ""
    documented: bool = False


class Fault(msgspec.Struct):
    """A fault that was asked for, and what became of it so far. Instants in ms, ``None``: open.

    ``met`` counts what it could have struck, ``struck`` what it did.
    """

    id: int
    asked: Asked
    place: Place
    begins_at: int
    ends_at: int | None
    met: int = 0
    struck: int = 0

    def fate(self, now: int) -> Literal["waiting", "active", "spent", "over"]:
        """Where it stands."""
        if self.asked.times is not None and self.struck >= self.asked.times:
            return "spent"
        if self.ends_at is not None and now >= self.ends_at:
            return "over"
        return "waiting" if now < self.begins_at else "active"


def span(asked: Asked, now: int) -> tuple[int, int | None]:
    """When it begins and ends. Raises `Mistake`."""
    begins = _instant("begin", asked.begin) if asked.begin else now
    if asked.until and asked.lasting:
        raise Mistake("give `until` or `for`, not both", field="for")
    ends = _instant("until", asked.until) if asked.until else None
    if asked.lasting:
        ends = begins + _duration(asked.lasting)
    if ends is not None and ends <= max(begins, now):
        raise Mistake("it would be over before it begins", field="until" if asked.until else "for")
    return begins, ends


def _instant(name: str, text: str) -> int:
    try:
        return parse_iso(text)
    except ValueError:
        raise Mistake(f"`{name}` is an instant like {iso(0)}", field=name) from None


def _duration(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise Mistake(str(error), field="for") from None
