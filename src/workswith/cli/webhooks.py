"""``workswith webhooks``: watch notifications arrive on this machine."""

from pathlib import Path
from typing import Any

import click

from .folder import data_option, json_option, read_document


@click.group()
def command() -> None:
    """Receive notifications on this machine."""


@command.command()
@click.option("--plant", default="", help="Only this plant, by name or id; default: all of them.")
@click.option("--port", default=0, help="Where to listen; default: any free port.")
@data_option
@json_option
def listen(plant: str, port: int, data: Path, as_json: bool) -> None:
    """Subscribe an HTTPS endpoint on this machine and print what arrives, until Ctrl-C.

    The endpoint has a certificate of the sandbox's own authority, answers 200 at once and is
    unsubscribed at the end.
    """
    import asyncio
    import json

    from workswith.sandbox.authority import Authority
    from workswith.sandbox.listener import Listener

    from .client import call, control

    document = read_document(data)
    tokens = control(document, "POST", "/tokens")
    key = {"Ocp-Apim-Subscription-Key": document["subscription"]["primary_key"]}

    def api(method: str, path: str, body: object = None) -> Any:
        url = f"{document['origins']['api']}/smarther/v2.0{path}"
        return call(document, method, url, body, bearer=tokens["access_token"], headers=key)

    plants = [
        p
        for p in document["plants"]
        if p["api"] == "smarther" and plant.casefold() in ("", p["id"], p["name"].casefold())
    ]
    if not plants:
        raise click.ClickException(f"No plant is called {plant!r}")

    def show(received: bytes) -> None:
        if as_json:
            click.echo(received.decode())
            return
        from rich.console import Console

        Console().print_json(json.dumps(json.loads(received)))

    async def run() -> None:
        certificate = Authority(data / "tls").issue("listener", "localhost", "127.0.0.1")
        async with Listener(certificate, show, port=port) as listener:
            made = []
            for each in plants:
                answer = await asyncio.to_thread(
                    api,
                    "POST",
                    f"/plants/{each['id']}/subscription",
                    {"EndPointUrl": f"{listener.url}/{each['id']}"},
                )
                made.append((each["id"], answer["subscriptionId"]))
                click.echo(f"Listening to {each['name']} at {listener.url}/{each['id']}", err=True)
            click.echo("Turn a thermostat; Ctrl-C ends.", err=True)
            try:
                await asyncio.Event().wait()
            finally:
                for plant_id, subscription in made:
                    api("DELETE", f"/plants/{plant_id}/subscription/{subscription}")
                click.echo("Unsubscribed.", err=True)

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        pass
