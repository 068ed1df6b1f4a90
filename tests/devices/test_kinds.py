"""The table of kinds is whole: what one place needs of a kind, every kind has."""

import msgspec
import pytest

from tests.devices.simulators.household import HOUSEHOLD, put
from workswith.devices import automation, heater, light, meter, plug, remote, thermostat
from workswith.devices.kinds import KINDS
from workswith.kernel.problem import Kind, Problem

NAMES = sorted(HOUSEHOLD)


def test_every_device_of_the_contracts_has_its_row() -> None:
    assert {one.DEVICE for one in (automation, heater, light, meter, plug, remote, thermostat)} <= (
        set(KINDS)
    )
    assert all(kind.device == device for device, kind in KINDS.items())


@pytest.mark.parametrize("name", NAMES)
def test_a_reading_is_kept_compared_and_summed_up(name: str) -> None:
    one = put(HOUSEHOLD[name])
    kind, said = one.kind, one.start.said
    again = msgspec.json.decode(msgspec.json.encode(said), type=kind.reading)
    assert again == said
    assert msgspec.convert(msgspec.to_builtins(said), kind.reading) == said
    assert all(isinstance(of(said), int | str | tuple | None) for of in kind.notified.values())
    assert all(" " not in word for word in kind.notified)
    assert all(isinstance(measure.value(said), int) for measure in kind.measures)


@pytest.mark.parametrize("name", NAMES)
def test_the_command_of_another_kind_is_refused(name: str) -> None:
    one = put(HOUSEHOLD[name])
    foreign = plug.Command(on=True) if one.kind.command is not plug.Command else remote.Press()
    for command in (foreign, object()):
        with pytest.raises(Problem) as refused:
            one.kind.require(command, one.piece.configuration, 0)
        assert refused.value.kind is Kind.INVALID


@pytest.mark.parametrize(
    ("name", "command", "code"),
    [
        ("light", light.Command(level=40), "level_unsupported"),
        ("light", light.Command(), "light_command"),
        ("dimmer", light.Command(level=101), "level_range"),
        ("dimmer", light.Command(on=True, level=-1), "level_range"),
        ("shutter", automation.Command(-1), "level_range"),
        ("shutter", automation.Command(101), "level_range"),
        ("remote", remote.Press(), "not_commandable"),
    ],
)
def test_what_a_device_cannot_do_is_refused_by_name(name: str, command: object, code: str) -> None:
    one = put(HOUSEHOLD[name])
    with pytest.raises(Problem) as refused:
        one.kind.require(command, one.piece.configuration, 0)
    assert (refused.value.kind, refused.value.code) == (Kind.INVALID, code)
