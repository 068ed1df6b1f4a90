"""The hand on a device and the app: what a sandbox's control interface turns."""

import pytest

from tests.devices.conftest import House
from workswith.devices.hand import App, Hand
from workswith.devices.plants import Reach
from workswith.devices.thermostat import Mode
from workswith.kernel.problem import Kind, Problem


async def test_a_turn_of_the_knob_is_manual_at_that_set_point(house: House) -> None:
    hand = Hand(house.park)
    await hand.touch(house.module_id, 21.5)
    reading = (await house.twin.read(*house.first)).reading
    assert (reading.mode, reading.set_point) == (Mode.MANUAL, 215)
    await hand.touch(house.module_id)
    assert (await house.twin.read(*house.first)).reading == reading
    for odd in (2.9, 40.1, float("nan"), float("inf")):
        with pytest.raises(Problem) as refused:
            await hand.touch(house.module_id, odd)
        assert refused.value.kind is Kind.INVALID


async def test_cables_and_silence(house: House) -> None:
    hand = Hand(house.park)
    reach = []
    for act, state in ((hand.set_online, False), (hand.set_silent, True), (hand.set_online, True)):
        await act(house.module_id, state)
        reach.append((await house.twin.read(*house.first, last_known=True)).reach)
    assert reach == [Reach.OFFLINE, Reach.SILENT, Reach.ONLINE]


async def test_what_expires_in_the_app_expires_now_and_can_be_renewed(house: House) -> None:
    app = App(house.database, house.clock)
    for expire, renew, kind in (
        (app.expire_password, app.renew_password, Kind.PASSWORD_EXPIRED),
        (app.expire_terms, app.accept_terms, Kind.TERMS_EXPIRED),
    ):
        await expire("anna")
        with pytest.raises(Problem) as refused:
            await house.twin.read(*house.first)
        assert refused.value.kind is kind
        await renew("anna")
        await house.twin.read(*house.first)
