"""``workswith postman``: the whole flow as a collection. [PRT-3]"""

from pathlib import Path
from typing import Any

import click

from .folder import data_option, read_document


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
        known=_known(sandbox["plants"]),
    )
    made = postman.collection("WorksWith", list(documents().values()), flow)
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))


def _known(plants: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Where each API that lists no plants finds one: the first of its kind in the sandbox."""
    first = {plant["api"]: plant for plant in reversed(plants) if plant["modules"]}

    def at(api: str, plant: str, module: str = "") -> dict[str, str]:
        if api not in first:
            return {}
        values = {plant: first[api]["id"]}
        return {**values, module: first[api]["modules"][0]["id"]} if module else values

    return {
        "smarther-v1.0": at("smarther", "plantId", "moduleId"),
        "multisocket": at("multisocket", "plantId", "parameterValue"),
        "emergency-lighting": at("emergency_lighting", "siteId"),
        "classe-100x": at("classe_100x", "plantId", "deviceId"),
    }
