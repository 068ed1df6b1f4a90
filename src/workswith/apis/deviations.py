"""What the original is known to do otherwise at times: one table of switches. [smarther.md §14]

The emitters make what clients met most. Each switch changes their answers and notifications on the
way out, in a sandbox that was told to; no other program applies them.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from workswith.contracts.binding import Answer
from workswith.contracts.deviation import Deviation
from workswith.kernel.words import N_

SMARTHER = "smarther"
_SLUGS = {"smarther-v2.0": SMARTHER, "smarther-v1.0": SMARTHER}
STATUS = "Get-Chronothermostat-Status"
_EMPTY = {"Plants": {"plants": []}, "Get-subscriptions-to-C2C-notifications": []}


TABLE: tuple[Deviation, ...] = (
    Deviation(
        "enum-case", ("upper", "lower"),
        N_("Function, mode and load state of an answer in lower case, as documented."), "D1",
    ),
    Deviation(
        "activation-time", ("local", "utc"),
        N_("The end of a mode as UTC with Z, in place of local time without a zone."), "D4",
    ),
    Deviation(
        "times", ("offset", "z"),
        N_("Times of measures as UTC with Z, in place of an offset."), "8.4",
    ),
    Deviation(
        "program-number", ("number", "string"),
        N_("Program numbers of an answer as strings, as in notifications."), "D3",
    ),
    Deviation(
        "boost-set-point", ("present", "absent"),
        N_("No set-point while the mode is boost, as documented."), "D17",
    ),
    Deviation(
        "empty-status", ("never", "always"),
        N_("A status without any thermostat: an empty list with 200."), "4",
    ),
    Deviation(
        "empty-list", ("204", "200"),
        N_("An empty list of plants or subscriptions as 200 with a body, in place of 204."), "2",
    ),
    Deviation(
        "notification-body", ("array", "bare"),
        N_("A notification without its envelope, as the old tutorial prints it."), "D15",
    ),
)  # fmt: skip

_Change = Callable[[dict[str, Any], Mapping[str, Any]], None]


def answer(api: str, operation: str, given: Answer, chosen: Collection[str]) -> Answer:
    """The answer as it goes out; ``chosen`` has the names of switches that are not as usual."""
    if _SLUGS.get(api) != SMARTHER or not chosen:
        return given
    if given.status == 204 and "empty-list" in chosen and operation in _EMPTY:
        return Answer(200, _EMPTY[operation])
    if given.status != 200 or not isinstance(given.body, dict):
        return given
    body = _copied(given.body)
    if operation == STATUS and "empty-status" in chosen:
        body["chronothermostats"] = []
    for one in (*body.get("chronothermostats", ()), body):
        _change(one, chosen)
    return Answer(200, body)


def notification(api: str, given: bytes, chosen: Collection[str]) -> bytes:
    """The body of a notification as it goes out."""
    if api != SMARTHER or not chosen:
        return given
    events = msgspec.json.decode(given)
    for one in events[0]["data"]["chronothermostats"]:
        _change(one, set(chosen) - {"enum-case", "program-number"})
    return msgspec.json.encode(events[0]["data"] if "notification-body" in chosen else events)


def _change(one: dict[str, Any], chosen: Collection[str]) -> None:
    zone = _offset(one)  # before the times lose it
    for name, change in _CHANGES.items():
        if name in chosen:
            change(one, {"zone": zone})


def _lower(one: dict[str, Any], _facts: Mapping[str, Any]) -> None:
    for member in ("function", "mode", "loadState"):
        if member in one:
            one[member] = one[member].lower()


def _end_in_utc(one: dict[str, Any], facts: Mapping[str, Any]) -> None:
    if "activationTime" in one:
        local = datetime.fromisoformat(one["activationTime"]).replace(tzinfo=UTC)
        one["activationTime"] = _z(local - facts["zone"])


def _times_in_utc(one: dict[str, Any], _facts: Mapping[str, Any]) -> None:
    if "time" in one:
        one["time"] = _z(datetime.fromisoformat(one["time"]))
    for name in ("thermometer", "hygrometer"):
        for measure in one.get(name, {}).get("measures", ()):
            measure["timeStamp"] = _z(datetime.fromisoformat(measure["timeStamp"]))


def _numbers_as_text(one: dict[str, Any], _facts: Mapping[str, Any]) -> None:
    for program in one.get("programs", ()):
        program["number"] = str(program["number"])


def _no_boost_set_point(one: dict[str, Any], _facts: Mapping[str, Any]) -> None:
    if one.get("mode", "").upper() == "BOOST":
        one.pop("setPoint", None)


_CHANGES: Mapping[str, _Change] = {
    "boost-set-point": _no_boost_set_point,
    "enum-case": _lower,
    "activation-time": _end_in_utc,
    "times": _times_in_utc,
    "program-number": _numbers_as_text,
}


def _offset(one: Mapping[str, Any]) -> timedelta:
    at = datetime.fromisoformat(one["time"]) if "time" in one else None
    return (at.utcoffset() if at else None) or timedelta()


def _z(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _copied(body: dict[str, Any]) -> dict[str, Any]:
    """The emitters' own values are given out again and stay as they are."""
    copied: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(body))
    return copied
