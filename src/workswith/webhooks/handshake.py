"""An endpoint proves that it wants notifications, before the first one. [C2C-5, contract §3]

The cloud posts a code; the endpoint answers with it. The published text names the member
``validationCode``, the service that it was built on wants ``validationResponse``: both count.
"""

from typing import Any

import msgspec

from workswith.kernel.clock import iso

KIND = "validation"
EVENT_TYPE = "Microsoft.EventGrid.SubscriptionValidationEvent"
_MEMBERS = ("validationCode", "validationResponse")


def body(id_: str, code: str, now: int) -> bytes:
    """What is posted: an array with one event."""
    return msgspec.json.encode(
        [
            {
                "id": id_,
                "data": {"validationCode": code},
                "eventType": EVENT_TYPE,
                "eventTime": iso(now),
            }
        ]
    )


def proves(answer: bytes, code: str) -> bool:
    """Whether the endpoint's answer names the code."""
    try:
        given: Any = msgspec.json.decode(answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(given, dict) and any(given.get(member) == code for member in _MEMBERS)
