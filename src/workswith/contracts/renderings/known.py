"""Ids that a collection cannot learn from any answer: those of somebody's own plants. [PRT-3]"""

from collections.abc import Sequence
from typing import Any

HOME_CONTROL = {
    "lightId": "light",
    "plugId": "plug",
    "automationId": "automation",
    "heaterId": "heater",
    "remoteId": "remote",
    "energyMeterId": "energymeter",
}


def known(plants: Sequence[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Where each API finds something: ids of the first plants, by slug and parameter.

    A plant has ``id``, ``api`` and ``modules``, each with ``id`` and ``device``. Only those ids are
    needed that no answer of the API itself tells; the others are for tests.
    """
    first = {plant["api"]: plant for plant in reversed(plants) if plant["modules"]}

    def at(api: str, plant: str, **modules: str) -> dict[str, str]:
        """``modules`` are the devices by the names of their parameters; empty is the first one."""
        if api not in first:
            return {}
        found = {
            parameter: module["id"]
            for parameter, device in modules.items()
            for module in reversed(first[api]["modules"])
            if device in ("", module["device"])
        }
        return {plant: first[api]["id"], **found}

    return {
        "smarther-v2.0": at("smarther", "plantId", moduleId=""),
        "smarther-v1.0": at("smarther", "plantId", moduleId=""),
        "home-control-v1.0": at("home_control", "plantId", **HOME_CONTROL),
        "multisocket": at("multisocket", "plantId", parameterValue=""),
        "myhome-up-v1.0": at("myhome_up", "plantId"),
        "emergency-lighting": at("emergency_lighting", "siteId"),
        "classe-100x": at("classe_100x", "plantId", deviceId=""),
    }
