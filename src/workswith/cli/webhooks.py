"""``workswith webhooks``: notifications on this machine, and what became of them."""

from typing import Any
from urllib.parse import quote

import click

from . import table
from .folder import json_option
from .listen import listen
from .notified import LONGEST_ONCE, MOST, Notified, once_option, where_option

FINISHED = ("delivered", "exhausted", "expired", "cancelled")
STATES = ("waiting", *FINISHED)
EVERY = 100_000


@click.group()
def command() -> None:
    """Receive notifications, and look after endpoints."""


command.add_command(listen)
limit_option = click.option(
    "--limit",
    type=click.IntRange(1, EVERY),
    default=MOST,
    show_default=True,
    help="How many at most.",
)
endpoint_option = click.option(
    "--endpoint", default="", help="Only this endpoint: its id, or the beginning of it."
)


@command.command()
@where_option
@json_option
def endpoints(where: Notified, as_json: bool) -> None:
    """List endpoints with their health, failures and bans.

    Those whose subscriptions have all ended stay listed, with 0 plants: they keep their counter.
    """
    found = where.listed("/endpoints", EVERY)
    if as_json:
        click.echo(_json(found))
        return
    table.show(
        ("Endpoint", "Health", "Plants", "Failed", "Waiting", "Lost", "Address"),
        [
            (
                one["id"][:8], f"{one['health']} {_left(one['ban_left_ms'])}".rstrip(),
                one["subscriptions"], one["failures"], one["waiting"], one["lost"], one["url"],
            )
            for one in found
        ],
    )  # fmt: skip


@command.command()
@click.argument("endpoint", default="")
@once_option
@where_option
def trigger(endpoint: str, once: str, where: Notified) -> None:
    """Send a test event to ENDPOINT (an id or the beginning of one), or to all that are subscribed.

    It is the latest event of a subscribed plant, under an id of its own.
    """
    sent = 0
    for one in _chosen(where, endpoint):
        if not endpoint and not one["subscriptions"]:
            continue
        # A key is for one call; each endpoint is another.
        key = f"{once} {one['id']}"[:LONGEST_ONCE] if once else ""
        try:
            done = where.ask("POST", f"/endpoints/{one['id']}/test", once=key)
        except click.ClickException as error:
            click.echo(f"{one['url']}: {error.message}", err=True)
            continue
        click.echo(f"{done['id']} to {one['url']}")
        sent += 1
    if not sent:
        raise click.ClickException("Nothing was sent.")


@command.command()
@click.argument("id_", metavar="ID")
@click.option("--since", default="", help="From this instant on, like 2026-05-29T00:00:00Z.")
@click.option("--until", default="", help="Before this instant.")
@click.option("--state", type=click.Choice(FINISHED), help="Only deliveries in this state.")
@once_option
@where_option
def replay(id_: str, since: str, until: str, state: str | None, once: str, where: Notified) -> None:
    """Send again: one delivery by its ID, or all that the endpoint ID missed.

    What an endpoint missed includes what it lost during bans.
    """
    chosen = [one for one in where.listed("/endpoints", EVERY) if one["id"].startswith(id_)]
    if not chosen:
        if since or until or state:
            raise click.ClickException(f"No endpoint's id begins with {id_!r}.")
        where.ask("POST", f"/deliveries/{quote(id_, safe='')}/replay", once=once)
        click.echo("1 delivery goes out again.")
        return
    one = _only(chosen, id_)
    wanted = {"from": since, "to": until, "state": state}
    done = where.ask(
        "POST",
        f"/endpoints/{one['id']}/replay",
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
@endpoint_option
@click.option("--state", type=click.Choice(STATES), help="Only deliveries in this state.")
@limit_option
@where_option
@json_option
def deliveries(
    endpoint: str, state: str | None, limit: int, where: Notified, as_json: bool
) -> None:
    """List deliveries, the newest first."""
    found = where.listed("/deliveries", limit, endpoint=_id(where, endpoint), state=state or "")
    if as_json:
        click.echo(_json(found))
    else:
        table.show(
            ("Event at", "State", "Attempts", "Cause", "Kind", "Endpoint", "Delivery"),
            [
                (
                    one["event_at"], one["state"], one["attempts"], one["cause"], one["kind"],
                    one["endpoint_id"][:8], one["id"],
                )
                for one in found
            ],
            foldable=False,
        )  # fmt: skip
    _tell_of_more(found, limit, "older ones: --limit")


@command.command()
@click.argument("id_", metavar="ID")
@where_option
@json_option
def show(id_: str, where: Notified, as_json: bool) -> None:
    """Show one delivery: its body, and every attempt with times and the answer's first kilobyte."""
    one = where.ask("GET", f"/deliveries/{quote(id_, safe='')}")
    if as_json:
        click.echo(_json(one))
        return
    click.echo(f"{one['event_at']}  {one['state']}  {one['cause']}  {one['kind']}\n{one['body']}")
    for each in one["attempted"]:
        outcome = " ".join(str(part) for part in (each["status"], each["error"]) if part)
        click.echo(
            f"\n{each['number']}. {each['at']}  {outcome}  connecting {each['connect_ms']:.0f} ms, "
            f"answer {each['answer_ms']:.0f} ms"
        )
        if each["answer"]:
            click.echo(_printable(each["answer"]))


@command.command()
@endpoint_option
@click.option("--plant", default="", help="Only this plant, by its id.")
@click.option("--since", default="", help="From this instant on, like 2026-05-29T00:00:00Z.")
@limit_option
@where_option
@json_option
def events(
    endpoint: str, plant: str, since: str, limit: int, where: Notified, as_json: bool
) -> None:
    """List what happened in subscribed plants and what became of it, the oldest first.

    To reconcile from after a ban: with --json each has the body that was or would have been sent.
    """
    found = where.listed("/events", limit, endpoint=_id(where, endpoint), plant=plant, from_=since)
    if as_json:
        click.echo(_json(found))
    else:
        table.show(
            ("At", "Outcome", "Number", "Kind", "Plant"),
            [
                (one["at"], one["outcome"] or "-", one["sequence"], one["kind"], one["plant_id"])
                for one in found
            ],
            foldable=False,
        )
    if found:
        _tell_of_more(found, limit, f"later ones: --limit, or --since {found[-1]['at']}")


@command.command()
@click.argument("endpoint")
@limit_option
@where_option
@json_option
def lost(endpoint: str, limit: int, where: Notified, as_json: bool) -> None:
    """List what ENDPOINT (an id or the beginning of one) lost during bans, the newest first."""
    found = where.listed(f"/endpoints/{_id(where, endpoint)}/losses", limit)
    if as_json:
        click.echo(_json(found))
    else:
        table.show(
            ("At", "Reason", "Number", "Kind", "Plant", "Sent again"),
            [
                (
                    one["at"], one["reason"], one["sequence"], one["kind"], one["plant_id"],
                    one["replayed_at"],
                )
                for one in found
            ],
            foldable=False,
        )  # fmt: skip
    _tell_of_more(found, limit, "older ones: --limit")


def _chosen(where: Notified, endpoint: str) -> list[dict[str, Any]]:
    """All endpoints, or the one whose id begins so."""
    every = where.listed("/endpoints", EVERY)
    if not endpoint and every:
        return every
    return [_only([one for one in every if one["id"].startswith(endpoint)], endpoint)]


def _only(chosen: list[dict[str, Any]], beginning: str) -> dict[str, Any]:
    if not chosen:
        raise click.ClickException("There is no such endpoint. See: workswith webhooks endpoints")
    if len(chosen) > 1:
        raise click.ClickException(f"{len(chosen)} endpoints' ids begin with {beginning!r}.")
    return chosen[0]


def _id(where: Notified, endpoint: str) -> str:
    """The whole id; empty for no endpoint in particular."""
    return str(_chosen(where, endpoint)[0]["id"]) if endpoint else ""


def _left(milliseconds: int) -> str:
    """How long a ban lasts still."""
    return f"{milliseconds / 1000:.0f} s" if milliseconds else ""


def _tell_of_more(found: list[dict[str, Any]], limit: int, how: str) -> None:
    """Beside the list, so that a program that reads it is not confused."""
    if len(found) == limit:
        click.echo(f"These are {limit}; {how}.", err=True)


def _printable(text: str) -> str:
    """What an endpoint said must not steer the terminal."""
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text)


def _json(value: object) -> str:
    import json

    return json.dumps(value)
