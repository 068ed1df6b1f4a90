"""Subscribes once, however often it is asked. [contract/smarther.md §8.1]"""

from . import smarther
from .calling import Core, call
from .errors import Conflict, TransportError
from .flow import Flow


def ensure(core: Core, plant_id: str, url: str) -> Flow[str]:
    """The id of the subscription, new or not. An answer that got lost is looked up."""
    found = yield from _listed(core, plant_id, url)
    if found is not None:
        return found
    try:
        return (yield from call(core, smarther.subscribe(plant_id, url)))
    except (Conflict, TransportError):
        found = yield from _listed(core, plant_id, url)
        if found is None:
            raise
        return found


def _listed(core: Core, plant_id: str, url: str) -> Flow[str | None]:
    listed = yield from call(core, smarther.subscriptions())
    return next((one.id for one in listed if (one.plant_id, one.url) == (plant_id, url)), None)
