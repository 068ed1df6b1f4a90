"""Home Assistant, as published, lives a day with the cloud under the original's names. [SBX-4]

Nothing of it is patched or stubbed: it is started, its owner links it, and its own timers, tokens and
refreshes do the rest. What it did is looked up in the cloud.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import home_assistant, original
from tests.home_assistant import HomeAssistant
from tests.original import OriginalCloud
from tests.ports import held_port

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 12),
    reason="the last Home Assistant with this integration was published for Python 3.11",
)
LIGHT, PLUG = "Luce cucina", "Lavatrice"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[OriginalCloud, HomeAssistant, str]]:
    port = held_port()
    reply_url = home_assistant.reply_url(port)
    with (
        original.original_cloud(tmp_path / "data", WORKSWITH_SANDBOX_REPLY_URLS=reply_url) as cloud,
        HomeAssistant(cloud, tmp_path / "home-assistant", port) as home,
    ):
        yield cloud, home, reply_url


def test_home_assistant_lives_a_day(place: tuple[OriginalCloud, HomeAssistant, str]) -> None:
    cloud, home, reply_url = place

    # Its owner signs in, consents, and sees what can be switched.
    assert home.link(reply_url) == "create_entry"
    home.wait(lambda: len(home.switches()) == 6)
    assert {name: each["state"] for name, each in home.switches().items()} == {
        name: cloud.device(name)["status"] for name in home.switches()
    }

    # Commands reach the devices.
    for name, to in ((LIGHT, "on"), (PLUG, "off"), (LIGHT, "off"), (PLUG, "on")):
        assert home.turn(name, to) == 200
        assert cloud.device(name)["status"] == to

    # Another program switches: it is seen at the next of its own polls.
    cloud.turn_light(LIGHT, "on")
    home.pass_time("6m")
    home.wait(lambda: home.switches()[LIGHT]["state"] == "on")

    # The token has expired: it is refreshed.
    before = home.stored_token()
    home.pass_time("2h")
    assert home.turn(LIGHT, "off") == 200
    assert cloud.device(LIGHT)["status"] == "off"
    home.wait(lambda: home.stored_token() != before)

    # Errors leave everything as it is, and it goes on.
    for kind in ("408-timed-out", "404-unreachable", "500-internal", "429-throttled"):
        # Its polls go on meanwhile: they do not meet it.
        fault = {"kind": kind, "times": 1, "operation": "SetLightStatus"}
        cloud.control("POST", "/faults", fault)
        home.turn(LIGHT, "on")
        assert cloud.device(LIGHT)["status"] == "off", kind
    # Its log is written by a thread of its own.
    home.wait(lambda: home.told().count("response error when posting module status") == 4)
    home.turn(LIGHT, "on")
    assert cloud.device(LIGHT)["status"] == "on"

    # The quota is spent until the next day.
    cloud.control("POST", "/quota", {"left": 0})
    home.turn(LIGHT, "off")
    assert "403-exhausted" in cloud.met()
    home.pass_time("1d")
    home.wait(lambda: home.switches()[LIGHT]["state"] == "on")
    home.turn(LIGHT, "off")
    assert cloud.device(LIGHT)["status"] == "off"

    # The owner ends the consent: no call and no refresh works until they consent again.
    cloud.revoke()
    home.turn(LIGHT, "on")
    home.pass_time("2h")
    home.wait(lambda: home.switches()[LIGHT]["state"] == "unavailable")
    home.wait(lambda: "Token request failed (invalid_grant)" in home.told())
    assert {"401-token-invalid", "408-timed-out", "404-unreachable", "500-internal"} <= cloud.met()
