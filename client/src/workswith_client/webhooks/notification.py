"""What is posted to a webhook: changes of thermostats and of modules, and the question whether the
address wants them. [contract/smarther.md §8.4, homecontrol.md §3]
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workswith_client import home_control_models as home_control
from workswith_client import smarther_models as smarther
from workswith_client.errors import WebhookError
from workswith_client.reading import Raw, inside, instant, members, objects, text

VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
_PREFIX = "bs_cloud_"


@dataclass(frozen=True, slots=True)
class Notification:
    """One event. ``thermostats`` are those of Smarther; ``module`` is one of Home + Control, or the
    scene that has run. ``fetched`` says that it was asked for and not notified.
    """

    id: str
    plant_id: str
    kind: str
    at: datetime | None
    thermostats: tuple[smarther.Status, ...]
    module: home_control.Status | None
    fetched: bool = False
    raw: Raw = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Handshake:
    """Answer 200 with `answer`; both names of the code that cloud and documents use are in it."""

    code: str = field(repr=False)

    @property
    def answer(self) -> bytes:
        both = {"validationCode": self.code, "validationResponse": self.code}
        return json.dumps(both).encode()


def parse(body: bytes) -> tuple[Notification, ...] | Handshake:
    """Raises `WebhookError` for what is none. An old form without an envelope is one as well."""
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WebhookError("The request has no JSON.") from error
    events = list(objects(said if isinstance(said, list) else [said]))
    if not events:
        raise WebhookError("The request has no event.")
    for event in events:
        if event.get("eventType") == VALIDATION:
            return Handshake(text(inside(event, "data", "validationCode")))
    return tuple(map(_notification, events))


def _notification(event: Raw) -> Notification:
    data = members(event.get("data")) or event
    thermostats = smarther.statuses(data)
    kind = text(event.get("eventType"))
    module = None
    if not thermostats and inside(data, "sender", "plant", "module", "id"):
        device = home_control.Device(kind.partition(".")[0]) if "." in kind else None
        module = home_control.Status.read(data, device)
    named = text(inside(event, "subjectElements", "plantId")).removeprefix(_PREFIX)
    sent = [one.plant_id for one in thermostats] + ([module.plant_id] if module else [])
    plant = next(filter(None, [*sent, named]), "") or text(event.get("subject"))
    return Notification(
        text(event.get("id")),
        plant,
        kind,
        instant(event.get("eventTime")),
        thermostats,
        module,
        raw=event,
    )
