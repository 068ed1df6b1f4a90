"""``workswith coverage``: what an application has met so far, and how to meet the rest. [SBX-3]"""

from pathlib import Path
from typing import Any

import click

from .folder import data_option, json_option


@click.command()
@click.option("--application", default="", metavar="CLIENT_ID", help="Only this application.")
@click.option("--missing", is_flag=True, help="Only what was never met.")
@click.option("--forget", is_flag=True, help="Begin to count anew.")
@data_option
@json_option
def command(application: str, missing: bool, forget: bool, data: Path, as_json: bool) -> None:
    r"""Show which documented errors, operations and states an application has met.

    What it has never met it was never tested with; each line says how to meet it.

    \b
    workswith coverage
    workswith coverage --missing
    workswith coverage --json | jq '.errors[] | select(.times == 0) | .name'
    """
    import json
    from urllib.parse import quote

    from .client import control
    from .folder import read_document

    document = read_document(data)
    if forget:
        control(document, "DELETE", "/coverage")
    report = control(document, "GET", f"/coverage?application={quote(application)}")
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    for title, part in (
        ("Errors", "errors"),
        ("Operations", "operations"),
        ("Tokens", "login"),
        ("Notifications", "notifications"),
    ):
        _show(title, [one for one in report[part] if not (missing and one["times"])])
    click.echo(f"{report['met']} of {report['documented']} met.")


def _show(title: str, entries: list[dict[str, Any]]) -> None:
    from .table import show

    if not entries:
        return
    click.secho(title, bold=True)
    show(
        ("what", "met", "how to meet it"),
        [(one["name"], one["times"] or "–", "" if one["times"] else one["how"]) for one in entries],
    )
