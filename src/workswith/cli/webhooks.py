"""``workswith webhooks``: notifications on this machine, and what became of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .folder import data_option, json_option, read_document
from .notified import LONGEST_ONCE, Notified, once_option, where_option

if TYPE_CHECKING:
    import asyncio

    from workswith.sandbox.listener import Received


@click.group()
def command() -> None:
    """Receive notifications, and look after endpoints."""


@command.command()
@click.option("--plant", default="", help="Only this plant, by name or id; default: all of them.")
@click.option("--port", default=0, help="Where to listen; default: any free port.")
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
    import asyncio

    from workswith.sandbox.listener import Listener

    from .authority import trusted_by
    from .client import call, control, origin
    from .forward import Forwarder

    document = read_document(data)
    tokens = control(document, "POST", "/tokens")
    key = {"Ocp-Apim-Subscription-Key": document["subscription"]["primary_key"]}

    def api(method: str, path: str, body: object = None) -> Any:
        url = f"{origin(document)}/smarther/v2.0{path}"
        return call(document, method, url, body, bearer=tokens["access_token"], headers=key)

    plants = [
        p
        for p in document["plants"]
        if p["api"] == "smarther" and plant.casefold() in ("", p["id"], p["name"].casefold())
    ]
    if not plants:
        raise click.ClickException(f"No plant is called {plant!r}")
    forwarder = Forwarder(forward_to) if forward_to else None

    async def respond(received: "Received", writer: "asyncio.StreamWriter") -> None:
        from workswith.sandbox.inspector import validation_code
        from workswith.sandbox.listener import answer

        if forwarder is None:
            code = validation_code(received.body)
            proof = _json({"validationResponse": code}).encode() if code else b"OK"
            writer.write(answer(200, proof))  # first the answer: the sender's time runs
            status = 200
        else:
            status, body = await asyncio.to_thread(forwarder.send, received)
            writer.write(answer(status, body))
        await writer.drain()
        _show(received.body, as_json, status if forwarder else None)

    async def run() -> None:
        certificate = trusted_by(data).issue("listener", "localhost", "127.0.0.1")
        async with Listener(certificate, respond, port=port) as listener:
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


@command.command()
@where_option
@json_option
def endpoints(where: Notified, as_json: bool) -> None:
    """List endpoints with their health, failures and bans."""
    found = where.listed("/endpoints")
    if as_json:
        click.echo(_json(found))
        return
    from rich.console import Console
    from rich.table import Column, Table

    table = Table(
        "Endpoint",
        Column("Address", overflow="fold"),
        "Health",
        "Failures",
        "Waiting",
        "Lost",
        "Ban ends in",
    )
    for one in found:
        left = one["ban_left_ms"] / 1000
        table.add_row(
            one["id"][:8], one["url"], one["health"], str(one["failures"]),
            str(one["waiting"]), str(one["lost"]), f"{left:.0f} s" if left else "",
        )  # fmt: skip
    Console().print(table)


@command.command()
@click.argument("endpoint", default="")
@once_option
@where_option
def trigger(endpoint: str, once: str, where: Notified) -> None:
    """Send a test event to ENDPOINT (an id or the beginning of one), or to all."""
    for one in _chosen(where, endpoint):
        # A key is for one call; each endpoint is another.
        key = f"{once} {one['id']}"[:LONGEST_ONCE] if once else ""
        sent = where.ask("POST", f"/endpoints/{one['id']}/test", once=key)
        click.echo(f"{sent['id']} to {one['url']}")


@command.command()
@click.argument("id_", metavar="ID")
@click.option("--since", default="", help="From this instant on, like 2026-05-29T00:00:00Z.")
@click.option("--until", default="", help="Before this instant.")
@click.option("--state", default="", help="Only deliveries in this state, such as exhausted.")
@once_option
@where_option
def replay(id_: str, since: str, until: str, state: str, once: str, where: Notified) -> None:
    """Send again: one delivery by its ID, or all that the endpoint ID missed.

    What an endpoint missed includes what it lost during bans.
    """
    chosen = [one for one in where.listed("/endpoints") if one["id"].startswith(id_)]
    if len(chosen) != 1:
        where.ask("POST", f"/deliveries/{id_}/replay", once=once)
        click.echo("1 delivery goes out again.")
        return
    wanted = {"from": since, "to": until, "state": state}
    done = where.ask(
        "POST",
        f"/endpoints/{chosen[0]['id']}/replay",
        {name: text for name, text in wanted.items() if text},
        once=once,
    )
    click.echo(
        f"{done['deliveries']} deliveries go out again, and {done['losses']} that a ban had lost."
    )


@command.command("lift-ban")
@click.argument("endpoint", default="")
@where_option
def lift_ban(endpoint: str, where: Notified) -> None:
    """End the ban of ENDPOINT (an id or the beginning of one), or of all."""
    for one in _chosen(where, endpoint):
        where.ask("POST", f"/endpoints/{one['id']}/lift-ban")
        click.echo(f"{one['url']} may be notified.")


@command.command()
@click.option("--endpoint", default="", help="Only this endpoint, by its id.")
@click.option("--state", default="", help="Only deliveries in this state.")
@where_option
@json_option
def deliveries(endpoint: str, state: str, where: Notified, as_json: bool) -> None:
    """List deliveries, the newest first."""
    found = where.listed("/deliveries", endpoint=endpoint, state=state)
    if as_json:
        click.echo(_json(found))
        return
    for one in found:
        click.echo(
            f"{one['event_at']}  {one['state']:<10} {one['attempts']}  {one['cause']:<9} "
            f"{one['kind']:<12} {one['id']}"
        )


@command.command()
@click.argument("id_", metavar="ID")
@where_option
@json_option
def show(id_: str, where: Notified, as_json: bool) -> None:
    """Show one delivery: its body, and every attempt with times and the answer's first kilobyte."""
    one = where.ask("GET", f"/deliveries/{id_}")
    if as_json:
        click.echo(_json(one))
        return
    click.echo(f"{one['event_at']}  {one['state']}  {one['cause']}  {one['kind']}\n{one['body']}")
    for each in one["attempted"]:
        outcome = each["status"] if not each["error"] else each["error"]
        click.echo(
            f"\n{each['number']}. {each['at']}  {outcome}  connecting {each['connect_ms']:.0f} ms, "
            f"answer {each['answer_ms']:.0f} ms"
        )
        if each["answer"]:
            click.echo(each["answer"])


@command.command()
@click.option("--endpoint", default="", help="Only this endpoint, by its id.")
@click.option("--plant", default="", help="Only this plant, by its id.")
@click.option("--since", default="", help="From this instant on, like 2026-05-29T00:00:00Z.")
@where_option
@json_option
def events(endpoint: str, plant: str, since: str, where: Notified, as_json: bool) -> None:
    """List what happened in subscribed plants and what became of it, the oldest first.

    To reconcile from after a ban: with --json each has the body that was or would have been sent.
    """
    found = where.listed("/events", endpoint=endpoint, plant=plant, from_=since)
    if as_json:
        click.echo(_json(found))
        return
    for one in found:
        outcome = one["outcome"] or "-"
        click.echo(
            f"{one['at']}  {outcome:<10} {one['sequence']:>6}  {one['kind']:<17} {one['plant_id']}"
        )


@command.command()
@click.argument("endpoint")
@where_option
@json_option
def lost(endpoint: str, where: Notified, as_json: bool) -> None:
    """List what ENDPOINT (an id or the beginning of one) lost during bans, the newest first."""
    for one in _chosen(where, endpoint):
        found = where.listed(f"/endpoints/{one['id']}/losses")
        if as_json:
            click.echo(_json(found))
            continue
        for each in found:
            again = f"sent again {each['replayed_at']}" if each["replayed_at"] else ""
            click.echo(f"{each['at']}  {each['reason']:<12} {each['kind']:<17} {again}".rstrip())


def _chosen(where: Notified, endpoint: str) -> list[dict[str, Any]]:
    every = where.listed("/endpoints")
    chosen = [one for one in every if one["id"].startswith(endpoint)]
    if not chosen:
        raise click.ClickException("There is no such endpoint. See: workswith webhooks endpoints")
    return chosen


def _show(body: bytes, as_json: bool, status: int | None) -> None:
    if status is not None:
        click.secho(f"answered {status}", err=True, fg="green" if status < 300 else "red")
    text = body.decode("utf-8", "replace")
    if as_json:
        click.echo(text)
        return
    import json

    from rich.console import Console

    try:
        Console().print_json(json.dumps(json.loads(text)))
    except ValueError:
        click.echo(text)


def _json(value: object) -> str:
    import json

    return json.dumps(value)
