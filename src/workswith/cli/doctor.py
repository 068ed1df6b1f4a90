"""``workswith doctor``: the login service against RFC 9700. [OID-11]"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .folder import data_option, json_option
from .installation import config_option, with_areas

if TYPE_CHECKING:
    from workswith.app import Areas
    from workswith.identity.doctor import Finding

_COLOURS = {"good": "green", "note": "cyan", "warning": "yellow", "failure": "red"}


@click.command()
@data_option
@config_option
@json_option
@click.option("--strict", is_flag=True, help="Fail for warnings as well.")
@click.pass_context
def command(
    context: click.Context, data: Path, config: Path | None, as_json: bool, strict: bool
) -> None:
    """Check the login service against RFC 9700 (OAuth 2.0 security), item by item; where a broker
    for real gateways is set, that as well.

    The exit code is 0 if nothing fails, 1 otherwise.
    """
    findings = with_areas(config, data, _examine)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _show(findings)
    bad = {"failure", "warning"} if strict else {"failure"}
    context.exit(1 if any(finding.state in bad for finding in findings) else 0)


async def _examine(areas: "Areas") -> "list[Finding]":
    from workswith.identity import doctor
    from workswith.identity.application import EVERY
    from workswith.identity.metadata import metadata
    from workswith.web.site.headers import FIXED, policy
    from workswith.web.site.visit import ONWARDS

    applications = await areas.kernel.database.all(EVERY)
    broker = await _examine_broker(areas)
    return broker + doctor.examine(
        doctor.Facts(
            settings=areas.kernel.settings.identity,
            login_origin=areas.kernel.origins.login,
            metadata=metadata(areas.kernel.origins.login, (applications or [doctor.ANY])[0]),
            policy=policy(areas.kernel.origins),
            headers=FIXED,
            applications=applications,
            redirect_status=ONWARDS,
        )
    )


async def _examine_broker(areas: "Areas") -> "list[Finding]":
    """Of real gateways, where there are any."""
    from workswith.identity.doctor import Finding

    settings = areas.kernel.settings.mqtt
    if not settings.url:
        return []
    from workswith.adapters.mqtt_check import examine

    return [Finding(*verdict) for verdict in await examine(settings)]


def _show(findings: "list[Finding]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("RFC 9700", "Item", "", "What was found", box=None, pad_edge=False)
    for one in findings:
        colour = _COLOURS[one.state]
        table.add_row(one.section, one.item, f"[{colour}]{one.state}[/]", one.said)
    Console().print(table)
    counts = {state: sum(one.state == state for one in findings) for state in _COLOURS}
    click.echo(", ".join(f"{count} {state}" for state, count in counts.items() if count))
