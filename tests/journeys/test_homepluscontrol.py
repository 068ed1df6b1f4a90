"""The library ``homepluscontrol``, as published, lives a day with the cloud. [SBX-4]

Its own code asks for tokens (it reads code and state by their place in the reply URL), refreshes them by
this machine's clock, and posts commands as forms.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import original
from tests.original import OriginalCloud, Talk

REPLY_URL = "https://client.example/callback"
LIGHT, PLUG, SHUTTER = "Luce cucina", "Lavatrice", "Tapparella camera"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[OriginalCloud, Talk]]:
    with original.original_cloud(tmp_path / "data") as cloud:
        application = cloud.document["application"]
        arguments = (
            application["client_id"],
            application["client_secret"],
            cloud.document["subscription"]["primary_key"],
            REPLY_URL,
        )
        with original.talking(
            cloud, "homepluscontrol", "homepluscontrol_day.py", *arguments
        ) as say:
            yield cloud, say


def test_homepluscontrol_lives_a_day(place: tuple[OriginalCloud, Talk]) -> None:
    cloud, say = place

    # Sign-in and consent; the tokens; the home.
    landed = original.sign_in(cloud, say("begin"), REPLY_URL)
    assert {"access_token", "refresh_token", "expires_on"} <= set(say("arrive", landed))
    home = {module["name"]: {"id": id_, **module} for id_, module in say("modules").items()}
    document = next(plant for plant in cloud.document["plants"] if plant["api"] == "home_control")
    assert {(module["id"], name) for name, module in home.items()} == {
        (module["id"], module["name"]) for module in document["modules"]
    }
    for name in (LIGHT, PLUG):
        assert home[name]["status"] == cloud.device(name)["status"]
    assert home["Comando generale"]["battery"] == cloud.device("Comando generale")["battery"]
    light, plug, shutter = (home[name]["id"] for name in (LIGHT, PLUG, SHUTTER))

    # Commands, as forms and as JSON.
    assert say("tell", light, "turn_on") == "on"
    assert say("tell", plug, "toggle_status") == "off"
    assert say("tell", shutter, "set_level", 0) == 0
    assert [cloud.device(name)["status"] for name in (LIGHT, PLUG)] == ["on", "off"]
    cloud.advance("2m")  # a motor needs its time
    assert cloud.device(SHUTTER)["level"] == 0

    # The token has expired: it is refreshed, and what others did is seen.
    before = say("token")
    cloud.turn_light(LIGHT, "off")
    cloud.pass_time("2h")
    assert say("modules")[light]["status"] == "off"
    after = say("token")
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]

    # Errors change nothing, and it goes on.
    for kind in ("408-timed-out", "404-unreachable", "500-internal", "429-throttled"):
        cloud.control("POST", "/faults", {"kind": kind, "times": 1})
        assert say("tell", light, "turn_on") == "off", kind
    assert say("tell", light, "turn_on") == "on"

    # A device that is away is seen as such, and back again.
    original.printed(cloud, "device", "offline", PLUG)
    cloud.pass_time("6m")
    assert say("modules")[plug]["reachable"] is False
    original.printed(cloud, "device", "online", PLUG)
    cloud.pass_time("6m")
    assert say("modules")[plug]["reachable"] is True

    # The quota is spent until the next day.
    cloud.control("POST", "/quota", {"left": 0})
    assert say("tell", light, "turn_off") == "on"
    cloud.pass_time("1d")
    assert say("tell", light, "turn_off") == "off"

    # The owner ends the consent: nothing works until they consent again.
    cloud.revoke()
    assert say("tell", light, "turn_on") == "off"
    cloud.pass_time("3h")
    assert "Error retrieving plant information" in say("modules")["error"]
    landed = original.sign_in(cloud, say("begin"), REPLY_URL)
    say("arrive", landed)
    assert say("tell", light, "turn_on") == "on"
    assert cloud.device(LIGHT)["status"] == "on"

    struck = {
        "401-token-invalid",
        "403-exhausted",
        "404-unreachable",
        "408-timed-out",
        "429-throttled",
    }
    assert struck <= cloud.met(), cloud.met()
