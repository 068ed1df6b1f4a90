"""``workswith call``: any call, with key and token filled in. [SBX-1]"""

import sys
from pathlib import Path
from typing import Any

import click

from .folder import data_option
from .notified import BASE

REFUSED, FAILED = 4, 5
"""Exit codes for a status from 400 on, and from 500 on."""


@click.command()
@click.argument("method")
@click.argument("path")
@click.option(
    "-d", "--body", default="", metavar="JSON", help="What to send; @file, or @- for stdin."
)
@click.option("-H", "--header", multiple=True, metavar="NAME:VALUE", help="Repeatable.")
@click.option("-i", "--include", is_flag=True, help="Print status and headers as well.")
@click.option("--user", default="end_user", show_default=True, help="Who is signed in.")
@data_option
def command(
    method: str,
    path: str,
    body: str,
    header: tuple[str, ...],
    include: bool,
    user: str,
    data: Path,
) -> None:
    r"""Send a call to the running sandbox, signed in, with a subscription key.

    \b
    workswith call GET /smarther/v2.0/plants
    workswith call POST /smarther/v2.0/… -d '{"function": "heating", "mode": "automatic"}'
    workswith call -i GET /echo/resource

    JSON is coloured in a terminal and untouched in a pipe. The exit code is 0 for a status below
    400, 4 below 500, 5 from there on, 1 if nobody answers.
    """
    from .client import control, origin, raw
    from .folder import read_document

    document = read_document(data)
    if path.lstrip("/").startswith(BASE.lstrip("/")):
        token = document["application"]["notifications_token"]
    else:
        token = control(document, "POST", "/tokens", {"user": user})["access_token"]
    headers = {
        "Ocp-Apim-Subscription-Key": document["subscription"]["primary_key"],
        "Authorization": f"Bearer {token}",
    }
    sent = _body(body)
    if sent:
        headers["Content-Type"] = "application/json"
    for each in header:
        name, colon, value = each.partition(":")
        if not colon:
            raise click.UsageError(f"A header is NAME:VALUE, not {each!r}.")
        headers[name.strip()] = value.strip()
    url = origin(document) + (path if path.startswith("/") else f"/{path}")
    status, told, answer = raw(document, method.upper(), url, sent, headers)
    _show(status, told, answer, include=include)
    sys.exit(FAILED if status >= 500 else REFUSED if status >= 400 else 0)


def _body(text: str) -> bytes:
    if text == "@-":
        return sys.stdin.buffer.read()
    if text.startswith("@"):
        try:
            return Path(text[1:]).read_bytes()
        except OSError as error:
            raise click.ClickException(f"{text[1:]}: {error.strerror}") from error
    return text.encode()


def _show(status: int, headers: dict[str, str], body: bytes, *, include: bool) -> None:
    terminal = sys.stdout.isatty()
    if include or (terminal and status >= 400):
        click.secho(str(status), fg="green" if status < 400 else "red", err=not include)
    if include:
        for name, value in headers.items():
            click.echo(f"{click.style(name, fg='cyan')}: {value}")
        click.echo()
    if terminal and (shown := _parsed(body)) is not None:
        from rich.console import Console

        Console().print_json(shown)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(body)
        if terminal and body:
            click.echo()


def _parsed(body: bytes) -> Any:
    try:
        import json

        json.loads(body)
    except ValueError:
        return None
    return body.decode()
