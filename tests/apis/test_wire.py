"""Protects that what Smarther sends is what its document says, for any state of a thermostat."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.apis import documents, smarther_emit
from workswith.contracts.conformance import answer_misfits, notification_misfits
from workswith.devices.plants import Module, Plant, Reach
from workswith.devices.thermostat import Function, Mode, Reading
from workswith.devices.twin import Snapshot
from workswith.events.outbox import Event

SMARTHER = documents()["smarther"]
PLANT = "0b7c1f52-4a1e-1d3c-e053-271e2d0a9f10"
MODULE = "1c9d2e63-5b2f-2e4d-e053-271e2d0a0a21"

_instants = st.integers(1_500_000_000_000, 2_500_000_000_000)
_zones = st.sampled_from(["UTC", "Europe/Rome", "America/St_Johns", "Asia/Kathmandu"])
_readings = st.builds(
    Reading,
    function=st.sampled_from(Function),
    mode=st.sampled_from(Mode),
    set_point=st.integers(30, 400),
    program=st.integers(0, 11),
    activation_end=st.none() | _instants,
    load_active=st.booleans(),
    temperature=st.integers(-400, 600),
    humidity=st.integers(0, 1000),
    at=_instants,
)


def misfits(operation: str, body: object) -> list[str]:
    return answer_misfits(SMARTHER.operation(operation), 200, msgspec.json.encode(body))


@given(_readings, _zones)
def test_status_and_measures(reading: Reading, zone: str) -> None:
    snapshot = Snapshot(PLANT, MODULE, "chronothermostat", "x", zone, Reach.ONLINE, 1, reading)
    assert misfits("Get-Chronothermostat-Status", smarther_emit.status(snapshot)) == []
    assert misfits("Chronothermostat-Measures", smarther_emit.measures(snapshot)) == []


@given(_readings, _zones, _instants)
def test_notification(reading: Reading, zone: str, at: int) -> None:
    state = {**msgspec.to_builtins(reading), "time_zone": zone, "online": True}
    event = Event(
        id="3ebf4085-7d41-406f-a154-382f3e1b2c43",
        plant_id=PLANT,
        module_id=MODULE,
        sequence=1,
        kind="chronothermostat",
        changed=("mode",),
        state=state,
        at=at,
        flow="",
    )

    class Receiver:
        account_id = "4fc05196-8e52-4170-b265-493040213d54"

    body = smarther_emit.notification(event, Receiver())
    assert body is not None
    assert notification_misfits(SMARTHER.notifications[0], body) == []


@pytest.mark.parametrize("name", ["Casa", "", 'ü "quoted" 🏠'])
def test_plants_and_topology(name: str) -> None:
    plant = Plant(PLANT, "owner", name, "House", "Europe/Rome", "smarther")
    module = Module(MODULE, PLANT, None, "gateway", "chronothermostat", name, "online", "{}")
    assert misfits("Plants", smarther_emit.plants([plant])) == []
    assert misfits("Topology", smarther_emit.topology(plant, [module])) == []
