"""What a call made happen, as a subscriber reads it, whether or not anybody has subscribed. [PRT-2]

By the flow id of the call, which its answer carries and which stands in the events that it caused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workswith.events.outbox import COLUMNS, Event, event_of
from workswith.kernel.database import Database, Query, query

from .fanout import Renderer
from .subscriptions import Subscription

LATEST = 200
"""So many of a plant's latest events are looked through."""

_CAUSED: Query[Event] = query(
    event_of,
    f"SELECT {COLUMNS} FROM event WHERE plant_id = :plant_id AND flow = :flow AND sequence > "
    "COALESCE((SELECT last FROM event_sequence WHERE plant_id = :plant_id), 0) - :latest "
    "ORDER BY sequence",
)


@dataclass(frozen=True, slots=True)
class Home:
    """A plant that the asker sees; ``api`` is whose word it is reported in."""

    plant_id: str
    api: str


@dataclass(frozen=True, slots=True)
class Caused:
    """``body`` is, byte for byte, what every endpoint of the plant is sent. ``at`` in ms."""

    event_id: str
    kind: str
    plant_id: str
    module_id: str
    at: int
    body: str


class Preview:
    """``renderers`` by API, as for the fan-out."""

    def __init__(self, database: Database, renderers: Mapping[str, Renderer]) -> None:
        self._database = database
        self._renderers = renderers

    async def caused(self, account_id: str, homes: Sequence[Home], flow: str) -> list[Caused]:
        """In the order of the events; ``homes`` are those that the account may see."""
        found: list[Caused] = []
        if not flow:
            return found
        for home in homes:
            reader = Subscription("", account_id, "", home.plant_id, home.api, "", "", 0)
            renderer = self._renderers.get(home.api)
            if renderer is None:
                continue
            for event in await self._database.all(
                _CAUSED, plant_id=home.plant_id, flow=flow, latest=LATEST
            ):
                body = renderer(event, reader)
                if body is not None:
                    found.append(_caused(event, body))
        return found


def _caused(event: Event, body: bytes) -> Caused:
    text = body.decode()
    return Caused(event.id, event.kind, event.plant_id, event.module_id, event.at, text)
