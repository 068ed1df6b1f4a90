"""``workswith fault``: cause what goes wrong, see what it did, end it. [SBX-3]"""

from pathlib import Path
from typing import Any

import click

from .folder import data_option, json_option


@click.group()
def command() -> None:
    r"""Cause faults in a running sandbox, and end them.

    A fault is what happens, where, and how often. Without --times, --probability and --for it
    happens every time until it is cleared.

    \b
    workswith fault kinds                            all that can go wrong
    workswith fault add 408 --times 3                the next three calls time out
    workswith fault add 429 --operation Plants --seconds 10
    workswith fault add latency --ms 5000 --probability 0.2 --seed 7
    workswith fault add gateway-offline --plant ID --for 2h
    workswith fault add token-refused --times 1      the next refresh is refused
    workswith fault add c2c-outage --for 48h         nothing is notified for two days
    workswith fault list
    workswith fault clear                            all of them; or one, by its number
    workswith fault pack                             whole incidents, by name
    workswith fault pack weekend-without-notifications
    """


@command.command("list")
@data_option
@json_option
def list_(data: Path, as_json: bool) -> None:
    """Show the faults, and what they have done so far."""
    faults = _ask(data, "GET", "/faults")
    if as_json:
        _print(faults)
    elif faults:
        _show(faults)
    else:
        click.echo("Nothing goes wrong. To change that: workswith fault add --help")


@command.command()
@click.argument("kind")
@click.option("--plant", default="", metavar="ID", help="Only this home.")
@click.option("--module", default="", metavar="ID", help="Only this device.")
@click.option("--application", default="", metavar="CLIENT_ID", help="Only this application.")
@click.option("--endpoint", default="", metavar="URL", help="Only this endpoint; an id will do.")
@click.option("--operation", default="", metavar="NAME", help="Only this operation of an API.")
@click.option("--account", default="", metavar="EMAIL", help="Only this user; an id will do.")
@click.option("--times", type=int, help="So often, then no more.")
@click.option("--probability", type=float, help="In this part of the cases, such as 0.2.")
@click.option("--seed", type=int, help="Makes the cases of --probability the same each time.")
@click.option("--begin", default="", metavar="INSTANT", help="Not before this instant (ISO 8601).")
@click.option("--until", default="", metavar="INSTANT", help="Until this instant.")
@click.option("--for", "lasting", default="", metavar="SPAN", help="For so long: 30m, 2h, 2d.")
@click.option("--ms", type=int, help="How late or slow, in milliseconds of real time.")
@click.option("--seconds", type=int, help="What Retry-After says.")
@click.option("--status", type=int, help="The status of the answer that stands in.")
@click.option("--body", help="The body of the answer that stands in.")
@click.option("--error", help="How an attempt at an endpoint fails: timeout, connect, dns, tls …")
@click.option("--after", is_flag=True, default=None, help="Once what was asked has been done.")
@data_option
@json_option
def add(data: Path, as_json: bool, lasting: str, **given: Any) -> None:
    r"""Cause a fault of KIND: a name of `workswith fault kinds`, or a part that only one has.

    \b
    workswith fault add 486 --module ID --times 2
    workswith fault add reset --after --times 1      done, but nobody hears of it
    workswith fault add answer --status 502 --for 10m
    """
    asked = {name: value for name, value in given.items() if value not in (None, "")}
    if lasting:
        asked["for"] = lasting
    fault = _ask(data, "POST", "/faults", asked)
    _print(fault) if as_json else _show([fault])


@command.command()
@click.argument("which", default="")
@data_option
@json_option
def clear(which: str, data: Path, as_json: bool) -> None:
    """End the fault WHICH (its number, or all of a kind), or every one."""
    from urllib.parse import quote

    path = f"/faults/{which}" if which.isdecimal() else f"/faults?kind={quote(which)}"
    done = _ask(data, "DELETE", path)
    count = done["cleared"]
    _print(done) if as_json else click.echo(f"Cleared {count} fault{'' if count == 1 else 's'}.")


@command.command()
@data_option
@json_option
def kinds(data: Path, as_json: bool) -> None:
    """Show everything that can go wrong, and what each kind takes."""
    from .table import show

    known = _ask(data, "GET", "/faults/kinds")
    if as_json:
        _print(known)
        return
    show(
        ("kind", "what happens", "narrowed by", "takes"),
        [
            (one["kind"], one["what"], " ".join(one["narrowed_by"]), _options(one["options"]))
            for one in known
        ],
    )


@command.command()
@click.argument("name", default="")
@data_option
@json_option
def pack(name: str, data: Path, as_json: bool) -> None:
    """Play the incident NAME, or show all that there are."""
    from .table import show

    if not name:
        packs = _ask(data, "GET", "/faults/packs")
        if as_json:
            _print(packs)
        else:
            show(("incident", "what happens"), [(one["name"], one["what"]) for one in packs])
        return
    if as_json:
        _print(_ask(data, "POST", f"/faults/packs/{name}"))
        return
    from rich.console import Console

    with Console(stderr=True).status("It happens …"):
        done = _ask(data, "POST", f"/faults/packs/{name}")
    for step in done["steps"]:
        click.echo(f"✓ {step}")
    click.echo(f"It is {done['now']}.")
    if done["faults"]:
        _show(done["faults"])


def _show(faults: list[dict[str, Any]]) -> None:
    from .table import show

    show(
        ("number", "kind", "where", "how often", "until", "state", "struck"),
        [
            (
                one["id"],
                " ".join(filter(None, (one["kind"], _options(one["options"])))),
                _options(one["where"]) or "everywhere",
                _often(one),
                one["ends_at"] or "cleared",
                one["fate"],
                f"{one['struck']} of {one['met']}",
            )
            for one in faults
        ],
    )


def _often(one: dict[str, Any]) -> str:
    often = f"{one['times']}×" if one["times"] else "always"
    if one["probability"] < 1:
        often += f", {one['probability']:.0%} (seed {one['seed']})"
    return often


def _options(named: dict[str, Any]) -> str:
    return " ".join(f"{name}={_short(value)}" for name, value in named.items())


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}…"


def _ask(data: Path, method: str, path: str, body: object = None) -> Any:
    from .client import control
    from .folder import read_document

    return control(read_document(data), method, path, body)


def _print(value: object) -> None:
    import json

    click.echo(json.dumps(value, ensure_ascii=False))
