"""``workswith postman``: the whole flow as a collection. [PRT-3]"""

from pathlib import Path
from typing import Any

import click

from .folder import data_option, read_document

HOME_CONTROL = {
    "lightId": "light",
    "plugId": "plug",
    "automationId": "automation",
    "heaterId": "heater",
    "remoteId": "remote",
    "energyMeterId": "energymeter",
}


@click.command()
@click.option(
    "--endpoint-url",
    default="https://application.example/notifications",
    show_default=True,
    help="The address that the collection subscribes to notifications.",
)
@data_option
def command(endpoint_url: str, data: Path) -> None:
    """Print a Postman collection (v2.1) filled with the running sandbox's values.

    It runs from top to bottom in Postman, or in newman once `code` is given:

    newman run collection.json --env-var code=…
    """
    import json

    from workswith.apis import documents
    from workswith.contracts.renderings import postman

    sandbox = read_document(data)
    application = sandbox["application"]
    flow = postman.Flow(
        login=sandbox["origins"]["login"],
        api=sandbox["origins"]["api"],
        client_id=application["client_id"],
        client_secret=application["client_secret"],
        redirect_uri=application["redirect_uris"][0],
        subscription_key=sandbox["subscription"]["primary_key"],
        endpoint_url=endpoint_url,
        known=known([*sandbox["plants"], *sandbox["later_plants"]]),
    )
    made = postman.collection("WorksWith", list(documents().values()), flow)
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))


def known(plants: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Where each API finds something: ids of the sandbox's first plants, by slug and parameter.

    Only those are needed that no answer of the API itself tells; the others are for tests.
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
