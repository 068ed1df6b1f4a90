"""``workswith webhooks listen``: while it runs, an address of this machine is notified."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .folder import data_option, json_option, read_document

if TYPE_CHECKING:
    from workswith.sandbox.listener import Received

    from .forward import Forwarder

NOTIFIED = {"smarther": "/smarther/v2.0", "home_control": "/hc/api/v1.0"}
"""The APIs with notifications, and where they are."""


@click.command()
@click.option(
    "--plant",
    default="",
    help="This plant, by name or id, also one of Home + Control; default: all of Smarther.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Where to listen; default: any free port.",
)
@click.option(
    "--forward-to",
    default="",
    metavar="URL",
    help="Hand each on to a program, such as http://localhost:3000/hook, and answer as it does.",
)
@data_option
@json_option
def listen(plant: str, port: int, forward_to: str, data: Path, as_json: bool) -> None:
    """Subscribe an HTTPS endpoint on this machine and print what arrives, until Ctrl-C.

    The endpoint has a certificate of the sandbox's own authority and is unsubscribed at the end. It
    answers 200 at once, or with --forward-to what your program answers: slow or failing there is
    slow or failing for the sandbox, with all retries and bans.
    """
    from .forward import Forwarder

    document = read_document(data)
    plants = [
        one
        for one in document["plants"]
        if (plant.casefold() in (one["id"], one["name"].casefold()) and one["api"] in NOTIFIED)
        or (not plant and one["api"] == "smarther")
    ]
    if not plants:
        raise click.ClickException(f"No plant with notifications is called {plant!r}.")
    forwarder = Forwarder(forward_to) if forward_to else None
    asyncio.run(_listen(document, data, plants, port, forwarder, as_json=as_json))


async def _listen(
    document: dict[str, Any],
    data: Path,
    plants: list[dict[str, Any]],
    port: int,
    forwarder: "Forwarder | None",
    *,
    as_json: bool,
) -> None:
    from workswith.sandbox.listener import Listener

    from .authority import trusted_by

    over, loop = asyncio.Event(), asyncio.get_running_loop()
    # Also where a shell started it in the background, which makes programs deaf to SIGINT.
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)

    async def respond(received: "Received", writer: asyncio.StreamWriter) -> None:
        from workswith.sandbox.listener import answer

        begun = loop.time()
        if forwarder is None:
            writer.write(answer(200, _proof(received.body)))
            _show(received.body, as_json)
            return
        status, body = await asyncio.to_thread(forwarder.send, received)
        late = writer.is_closing()
        writer.write(answer(status, body))  # first the answer: the sender's time runs
        _show(received.body, as_json)
        _tell(status, body, (loop.time() - begun) * 1000, late=late)

    # A file of one's own, since several may listen; nobody needs it once it is read.
    certificate = trusted_by(data).issue(f"listener-{os.getpid()}", "localhost", "127.0.0.1")
    try:
        listener = Listener(certificate, respond, port=port)
    finally:
        certificate.chain.unlink()
        certificate.key.unlink()
    try:
        await listener.start()
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise click.ClickException(f"Port {port} cannot be had: {why}") from error
    try:
        async with _subscribed(document, plants, listener.url):
            click.echo("Turn a thermostat; Ctrl-C ends.", err=True)
            await over.wait()
    finally:
        if forwarder is not None:
            forwarder.close()
        await listener.stop()


@asynccontextmanager
async def _subscribed(
    document: dict[str, Any], plants: list[dict[str, Any]], url: str
) -> AsyncIterator[None]:
    """Each plant at an address of its own, so that they fail apart."""
    made: list[tuple[dict[str, Any], str]] = []
    try:
        for plant in plants:
            here = f"{url}/{plant['id']}"
            await asyncio.to_thread(_subscribe, document, plant, here)
            made.append((plant, here))
            click.echo(f"Listening to {plant['name']} at {here}", err=True)
        yield
    finally:
        for plant, here in made:
            try:
                await asyncio.to_thread(_unsubscribe, document, plant, here)
            except click.ClickException as error:
                click.echo(f"Still subscribed: {here}. {error.message}", err=True)
            else:
                click.echo(f"Unsubscribed from {plant['name']}.", err=True)


def _subscribe(document: dict[str, Any], plant: dict[str, Any], url: str) -> None:
    if plant["api"] == "smarther":
        _call(document, plant, "POST", f"/plants/{plant['id']}/subscription", {"EndPointUrl": url})
    else:
        body = {"plantid": plant["id"], "EndPointUrl": url}
        _call(document, plant, "POST", "/addsubscription", body)


def _unsubscribe(document: dict[str, Any], plant: dict[str, Any], url: str) -> None:
    if plant["api"] == "smarther":
        found, id_, each = _call(document, plant, "GET", "/subscription"), "subscriptionId", ""
    else:
        answer = _call(document, plant, "GET", "/subscriptions")
        found, id_, each = (answer or {}).get("subscriptions"), "id", "s"
    for one in found or ():
        if one["EndPointUrl"] == url:
            _call(document, plant, "DELETE", f"/plants/{plant['id']}/subscription{each}/{one[id_]}")


def _call(
    document: dict[str, Any], plant: dict[str, Any], method: str, path: str, body: object = None
) -> Any:
    """As the sandbox's end user; with a token of now, since an hour's listening outlives one."""
    from .client import call, control, origin

    url = f"{origin(document)}{NOTIFIED[plant['api']]}{path}"
    key = {"Ocp-Apim-Subscription-Key": document["subscription"]["primary_key"]}
    bearer = control(document, "POST", "/tokens")["access_token"]
    return call(document, method, url, body, bearer=bearer, headers=key)


def _proof(body: bytes) -> bytes:
    """What an API that wants proof of an endpoint asks for; for all others anything will do."""
    import json

    from workswith.sandbox.inspector import validation_code

    code = validation_code(body)
    return json.dumps({"validationResponse": code}).encode() if code else b"OK"


def _tell(status: int, body: bytes, milliseconds: float, *, late: bool) -> None:
    """How the program took it; why not, where it did not answer at all."""
    from .forward import UNREACHABLE

    text = f"answered {status} in {milliseconds:.0f} ms"
    if status == UNREACHABLE:
        text += f": {body.decode('utf-8', 'replace')[:200]}"
    if late:
        text += ", too late: the sandbox had given up"
    click.secho(text, err=True, fg="green" if status < 300 and not late else "red")


def _show(body: bytes, as_json: bool) -> None:
    import json

    text = body.decode("utf-8", "replace")
    if as_json:
        click.echo(text)
        return
    from rich.console import Console

    try:
        Console().print_json(json.dumps(json.loads(text)))
    except ValueError:
        click.echo(text)
