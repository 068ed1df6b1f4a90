"""``workswith clock``: read it, freeze it, let time pass."""

from pathlib import Path
from typing import Any

import click

from .folder import data_option, json_option


@click.group()
def command() -> None:
    r"""Read or move the clock of a running sandbox.

    Tokens, quotas, retries, bans, programs and the weather all follow it. It only moves forward.

    \b
    workswith clock show
    workswith clock freeze
    workswith clock advance 90d      answers when everything due on the way is done
    workswith clock set 2026-03-29T01:30:00+01:00
    workswith clock scale 60         an hour in a minute
    workswith clock resume
    """


def _run(data: Path, as_json: bool, method: str, path: str, body: object = None) -> None:
    from .client import control
    from .folder import read_document

    document = read_document(data)
    if method == "POST" and path.endswith(("advance", "set")) and not as_json:
        from rich.console import Console

        with Console(stderr=True).status("Time passes …"):
            answer = control(document, method, path, body)
    else:
        answer = control(document, method, path, body)
    _show(answer, as_json)


def _show(answer: dict[str, Any], as_json: bool) -> None:
    import json

    if as_json:
        click.echo(json.dumps(answer))
        return
    pace = "frozen" if answer["frozen"] else f"running at {answer['rate']:g}×"
    click.echo(f"{answer['now']}  {pace}")


@command.command()
@data_option
@json_option
def show(data: Path, as_json: bool) -> None:
    """Print what time it is."""
    _run(data, as_json, "GET", "/clock")


@command.command()
@data_option
@json_option
def freeze(data: Path, as_json: bool) -> None:
    """Stop the clock where it is."""
    _run(data, as_json, "POST", "/clock/freeze")


@command.command()
@data_option
@json_option
def resume(data: Path, as_json: bool) -> None:
    """Let the clock run at the pace of the world again."""
    _run(data, as_json, "POST", "/clock/resume")


@command.command()
@click.argument("rate", type=float)
@data_option
@json_option
def scale(rate: float, data: Path, as_json: bool) -> None:
    """Run at RATE clock seconds per real second."""
    _run(data, as_json, "POST", "/clock/scale", {"rate": rate})


@command.command()
@click.argument("span")
@data_option
@json_option
def advance(span: str, data: Path, as_json: bool) -> None:
    """Let SPAN pass (90, 15m, 24h, 1d12h); returns when all due work is done."""
    _run(data, as_json, "POST", "/clock/advance", {"by": span})


@command.command("set")
@click.argument("instant")
@data_option
@json_option
def set_(instant: str, data: Path, as_json: bool) -> None:
    """Move forward to INSTANT (ISO 8601); returns when all due work is done."""
    _run(data, as_json, "POST", "/clock/set", {"to": instant})
