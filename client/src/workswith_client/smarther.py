"""The operations of the Smarther API, v2.0: thermostats. [contract/smarther.md §2-8]

`client.smarther` has one method for each; `_smarther.py` is made of this file.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from . import smarther_models as models
from .errors import ConfigurationError
from .operation import Operation, nothing, of_object, path
from .reading import inside, listed, objects, text
from .retries import Again
from .smarther_models import (
    Function,
    Measures,
    Mode,
    Plant,
    Program,
    Status,
    Subscription,
    Topology,
)

_API = "/smarther/v2.0"
_MODULE = (
    _API + "/chronothermostat/thermoregulation/addressLocation/plants/{plant}"
    "/modules/parameter/id/value/{module}"
)
BOOSTS = (30, 60, 90)


def plants() -> Operation[tuple[Plant, ...]]:
    """The homes of the person who signed in."""
    return Operation("Plants", "GET", f"{_API}/plants", _plants)


def topology(plant_id: str) -> Operation[Topology]:
    """A home and its thermostats."""
    where = path(_API + "/plants/{plant}/topology", plant=plant_id)
    return Operation("Topology", "GET", where, of_object(Topology.read))


def status(plant_id: str, module_id: str) -> Operation[Status | None]:
    """A thermostat now; ``None`` where the cloud answers with an empty list."""
    where = path(_MODULE, plant=plant_id, module=module_id)
    return Operation("Get-Chronothermostat-Status", "GET", where, of_object(_status))


def set_status(
    plant_id: str,
    module_id: str,
    *,
    mode: Mode | str,
    function: Function | str = Function.HEATING,
    set_point: float | None = None,
    program: int | None = None,
    start: datetime | None = None,
    until: datetime | None = None,
) -> Operation[None]:
    """Commands a thermostat: the state that it shall have.

    ``set_point`` in °C, 3 to 40, for manual; ``program`` 0 to 11 for automatic; ``until`` when the
    mode ends, and for boost its ``start``: both without a zone, as the thermostat's wall shows them.
    """
    body: dict[str, Any] = {"function": function.lower(), "mode": mode.lower()}
    if set_point is not None:
        body["setPoint"] = {"value": f"{set_point:.1f}", "unit": "C"}
    if program is not None:
        body["programs"] = [{"number": program}]
    if until is not None:
        span = _wall(until)
        body["activationTime"] = span if start is None else f"{_wall(start)}/{span}"
    where = path(_MODULE, plant=plant_id, module=module_id)
    return Operation("Set-Chronothermostat-Status", "POST", where, nothing, body, Again.SAME_STATE)


def set_manual(
    plant_id: str,
    module_id: str,
    set_point: float,
    *,
    until: datetime | None = None,
    function: Function | str = Function.HEATING,
) -> Operation[None]:
    """Holds a temperature in °C, for good or ``until`` the thermostat's wall shows that time."""
    return set_status(
        plant_id,
        module_id,
        mode=Mode.MANUAL,
        function=function,
        set_point=set_point,
        until=until,
    )


def set_automatic(
    plant_id: str,
    module_id: str,
    program: int,
    *,
    function: Function | str = Function.HEATING,
) -> Operation[None]:
    """Follows a program of `programs`."""
    return set_status(plant_id, module_id, mode=Mode.AUTOMATIC, function=function, program=program)


def set_boost(
    plant_id: str,
    module_id: str,
    start: datetime,
    minutes: int = 30,
    *,
    function: Function | str = Function.HEATING,
) -> Operation[None]:
    """Heats with all there is for 30, 60 or 90 ``minutes`` from ``start``, now as a rule.

    ``start`` has no zone: as the thermostat's wall shows it, `Status.time` for one.
    """
    if minutes not in BOOSTS:
        raise ConfigurationError(f"A boost lasts 30, 60 or 90 minutes, not {minutes}.")
    end = start + timedelta(minutes=minutes)
    return set_status(
        plant_id, module_id, mode=Mode.BOOST, function=function, start=start, until=end
    )


def set_off(
    plant_id: str,
    module_id: str,
    *,
    until: datetime | None = None,
    function: Function | str = Function.HEATING,
) -> Operation[None]:
    """Off, for good or ``until`` the thermostat's wall shows that time."""
    return set_status(plant_id, module_id, mode=Mode.OFF, function=function, until=until)


def set_protection(
    plant_id: str,
    module_id: str,
    *,
    until: datetime | None = None,
    function: Function | str = Function.HEATING,
) -> Operation[None]:
    """Only keeps pipes from freezing."""
    return set_status(plant_id, module_id, mode=Mode.PROTECTION, function=function, until=until)


def measures(plant_id: str, module_id: str) -> Operation[Measures]:
    """Temperature and humidity."""
    where = path(_MODULE + "/measures", plant=plant_id, module=module_id)
    return Operation("Chronothermostat-Measures", "GET", where, of_object(Measures.read))


def programs(plant_id: str, module_id: str) -> Operation[tuple[Program, ...]]:
    """The programs of a thermostat; number 0 stands for its default."""
    where = path(_MODULE + "/programlist", plant=plant_id, module=module_id)
    return Operation("Chronothermostat-ProgramList", "GET", where, of_object(_programs))


def subscribe(plant_id: str, url: str) -> Operation[str]:
    """Has changes notified to an https address; returns the id of the subscription.

    Raises `Conflict` where it is subscribed already; `ensure_subscription` does not.
    """
    where = path(_API + "/plants/{plant}/subscription", plant=plant_id)
    return Operation(
        "Subscribe-to-C2C-notifications",
        "POST",
        where,
        lambda body: text(inside(body, "subscriptionId")),
        {"EndPointUrl": url},
        Again.TWICE,
    )


def subscriptions() -> Operation[tuple[Subscription, ...]]:
    """Of all homes."""
    where = f"{_API}/subscription"
    return Operation("Get-subscriptions-to-C2C-notifications", "GET", where, _subscriptions)


def unsubscribe(plant_id: str, subscription_id: str) -> Operation[None]:
    """Ends a subscription."""
    where = path(
        _API + "/plants/{plant}/subscription/{subscription}",
        plant=plant_id,
        subscription=subscription_id,
    )
    return Operation(
        "Delete-subscription-to-C2C-notifications", "DELETE", where, nothing, tolerates=(404,)
    )


def _plants(body: Any) -> tuple[Plant, ...]:
    return listed(inside(body, "plants"), Plant.read)


def _status(body: Mapping[str, Any]) -> Status | None:
    return next(iter(models.statuses(body)), None)


def _programs(body: Mapping[str, Any]) -> tuple[Program, ...]:
    found = next(objects(body.get("chronothermostats")), {})
    return listed(found.get("programs"), Program.read)


def _subscriptions(body: Any) -> tuple[Subscription, ...]:
    """A bare list; an object with a list where the cloud deviates."""
    found = body if isinstance(body, list) else next(iter(body.values()), []) if body else []
    return listed(found, Subscription.read)


def _wall(at: datetime) -> str:
    if at.tzinfo is not None:
        raise ConfigurationError(
            "Times of a thermostat have no zone.", hint="Give what its wall shows, without tzinfo."
        )
    return at.isoformat(timespec="seconds")
