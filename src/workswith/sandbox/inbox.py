"""What one endpoint of the inspector got, and how it is told to answer. [SBX-3 SBX-5]"""

from collections import deque
from dataclasses import dataclass, field

from .listener import Received

KEPT = 5_000
BEHAVIOURS = {
    "well": "answers 200 at once",
    "slow": "answers 200 after two seconds",
    "fail": "answers 503",
    "move": "answers 302",
    "drip": "sends its answer byte by byte and never ends",
    "reset": "resets the connection",
    "vanish": "takes the request and never answers",
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request, when it came by the sandbox's clock, and how it was answered."""

    number: int
    at: int
    request: Received
    behaviour: str


@dataclass(slots=True)
class Inbox:
    """``url`` is where it is to be subscribed; the newest of ``arrivals`` is the first."""

    name: str
    url: str
    behaviour: str = "well"
    count: int = 0
    arrivals: deque[Arrival] = field(default_factory=lambda: deque(maxlen=KEPT))
