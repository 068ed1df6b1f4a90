"""``workswith gateway``: real gateways, their credentials, and a simulated one to try. [DEV-5]"""

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .folder import data_option, json_option
from .installation import config_option, read_settings, with_areas

if TYPE_CHECKING:
    from workswith.app import Areas
    from workswith.devices.gateways.desk import Credentials, Desk

T = TypeVar("T")
FOLDER = "gateways"
"""Where the authority of the gateways stands in the data folder."""


@click.group()
def command() -> None:
    """Let real gateways connect over MQTT 5, and run a simulated one."""


@command.command()
@click.option("--plant", required=True, help="The id of the plant that it connects.")
@click.option("--name", default="Gateway", show_default=True)
@click.option(
    "--request",
    type=click.File("rb"),
    help="A certificate request (PKCS#10, PEM) for a key that the gateway made itself.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the credentials into this file, which only you can read.",
)
@data_option
@config_option
@json_option
def add(
    plant: str,
    name: str,
    request: Any,
    out: Path | None,
    data: Path,
    config: Path | None,
    as_json: bool,
) -> None:
    """Add a gateway to a plant and show its credentials, this once."""

    async def work(desk: "Desk") -> "Credentials":
        return await desk.add(plant, name, request.read() if request else b"")

    _show(_with_desk(config, data, work), out, as_json)


@command.command()
@click.argument("gateway")
@click.option("--request", type=click.File("rb"), help="As for add.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="As for add.")
@data_option
@config_option
@json_option
def renew(
    gateway: str, request: Any, out: Path | None, data: Path, config: Path | None, as_json: bool
) -> None:
    """Give a gateway new credentials; the old ones end at once."""

    async def work(desk: "Desk") -> "Credentials":
        return await desk.renew(gateway, request.read() if request else b"")

    _show(_with_desk(config, data, work), out, as_json)


@command.command("list")
@data_option
@config_option
@json_option
def list_(data: Path, config: Path | None, as_json: bool) -> None:
    """Show all gateways: whether they are connected, and until when their credentials are good."""
    from workswith.kernel.clock import iso

    async def work(desk: "Desk") -> list[dict[str, Any]]:
        return [
            {
                "id": one.id,
                "plant": one.plant_id,
                "name": one.name,
                "state": one.state,
                "reach": one.reach,
                "modules": one.modules,
                "heard": iso(one.heard_at) if one.heard_at else None,
                "expires": iso(one.expires_at),
                "kept_out_until": iso(one.quarantined_until) if one.quarantined_until else None,
            }
            for one in await desk.every()
        ]

    rows = _with_desk(config, data, work)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(
            f"{row['id']}  {row['state']:<8} {row['reach']:<8} {row['modules']:>3} modules  "
            f"heard {row['heard'] or 'never'}  {row['name']}"
        )


@command.command()
@click.argument("gateway")
@data_option
@config_option
@json_option
def revoke(gateway: str, data: Path, config: Path | None, as_json: bool) -> None:
    """Shut a gateway out: its connection is cut, and nothing of it is taken any more."""

    async def work(desk: "Desk") -> None:
        await desk.revoke(gateway)

    _with_desk(config, data, work)
    list_file = data / FOLDER / "revoked.pem"
    if as_json:
        click.echo(json.dumps({"id": gateway, "revocations": str(list_file)}))
    else:
        click.echo(f"Shut out. Start the broker again, so that it reads {list_file}.")


@command.command()
def schema() -> None:
    """Print the JSON Schemas of all messages of the protocol."""
    from workswith.devices.gateways import protocol

    ways = {"up": protocol.UP, "down": protocol.DOWN}
    every = {
        way: {what: protocol.schema(kind) for what, kind in kinds.items()}
        for way, kinds in ways.items()
    }
    click.echo(json.dumps(every, indent=2))


@command.command("broker-config")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write all files of a broker into this folder, with a certificate for this machine.",
)
@click.option("--gateway-port", default=8883, show_default=True, help="Where gateways connect.")
@click.option("--cloud-port", default=8884, show_default=True, help="Where the cloud connects.")
@data_option
@config_option
def broker_config(
    out: Path | None, gateway_port: int, cloud_port: int, data: Path, config: Path | None
) -> None:
    """Print the configuration and the access rules of Mosquitto, or write all its files."""
    from workswith.devices.gateways import mosquitto

    limits = read_settings(config).mqtt
    packet_bytes = limits.payload_bytes + 2_048
    if out is None:
        folder = "/etc/mosquitto/workswith"
        files = mosquitto.Files(
            authority=f"{folder}/authority.pem",
            revoked=f"{folder}/revoked.pem",
            certificate=f"{folder}/broker.pem",
            key=f"{folder}/broker.key",
            acl=f"{folder}/acl",
            passwords=f"{folder}/passwords",
        )
        click.echo(
            mosquitto.configuration(
                files,
                gateway_port=gateway_port,
                cloud_port=cloud_port,
                packet_bytes=packet_bytes,
            )
        )
        click.echo(f"# {files.acl}")
        click.echo(mosquitto.ACL, nl=False)
        return
    url, authority = _write_broker(out.absolute(), data, gateway_port, cloud_port, packet_bytes)
    click.echo(f"mosquitto -c {out.absolute() / 'mosquitto.conf'}")
    click.echo("")
    click.echo("# The settings of the cloud:")
    click.echo(f"WORKSWITH_MQTT_URL={url}")
    click.echo(f"WORKSWITH_MQTT_AUTHORITY={authority}")


@command.command()
@click.argument("credentials", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--broker", required=True, help="mqtts://host:8883, where gateways connect.")
@click.option(
    "--authority",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A PEM file of the authority of the broker; default: those of the system.",
)
@click.option(
    "--template", default="flat", show_default=True, help="Which devices stand behind it."
)
@click.option("--seed", default=1, show_default=True, help="The same seed puts up the same home.")
def run(credentials: Path, broker: str, authority: Path | None, template: str, seed: int) -> None:
    """Run a simulated gateway: a program of its own, whose cable can be pulled."""
    import asyncio

    from workswith.adapters.mqtt_gateway import ShutOut
    from workswith.kernel import log

    log.configure("info", as_json=False)
    try:
        gateway = _simulated(credentials, broker, authority, template, seed)
    except (ValueError, KeyError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The gateway goes to {broker}. Ctrl-C ends it.", err=True)
    try:
        asyncio.run(_until_stopped(gateway))
    except ShutOut as error:
        raise click.ClickException(f"The cloud takes nothing from this gateway: {error}") from error
    except KeyboardInterrupt:
        pass


async def _until_stopped(gateway: Any) -> None:
    import asyncio
    import contextlib
    import signal

    running = asyncio.ensure_future(gateway.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _simulated(
    credentials: Path, broker: str, authority: Path | None, template: str, seed: int
) -> Any:
    import ssl
    from base64 import urlsafe_b64decode
    from tempfile import TemporaryDirectory

    from workswith.adapters.mqtt import Address
    from workswith.adapters.mqtt_gateway import SimulatedGateway
    from workswith.devices.gateways.simulated import Devices
    from workswith.devices.homes.drawing import draw
    from workswith.devices.templates import TEMPLATES
    from workswith.kernel.ident import Ident

    kept = json.loads(credentials.read_text("utf-8"))
    address = Address.parse(broker)
    context = None
    if address.tls:
        context = ssl.create_default_context(cafile=str(authority) if authority else None)
        with TemporaryDirectory() as folder:  # the module ssl reads files only
            chain = Path(folder) / "gateway.pem"
            chain.touch(0o600)
            chain.write_text(kept["certificate"] + kept["key"], "utf-8")
            context.load_cert_chain(chain)
    homes = TEMPLATES[template]
    return SimulatedGateway(
        kept["gateway"],
        urlsafe_b64decode(kept["secret"] + "="),
        address,
        context,
        lambda now: Devices(draw(homes[0], Ident.seeded(seed), now)),
    )


def _with_desk(config: Path | None, data: Path, work: Callable[["Desk"], Awaitable[T]]) -> T:
    from workswith.devices.gateways.authority import GatewayAuthority
    from workswith.devices.gateways.desk import Desk
    from workswith.kernel.problem import Problem

    async def on(areas: "Areas") -> T:
        kernel = areas.kernel
        desk = Desk(
            kernel.database,
            kernel.clock,
            kernel.ident,
            kernel.bells,
            kernel.settings.mqtt,
            keys=kernel.key,
            authority=GatewayAuthority(data / FOLDER),
        )
        return await work(desk)

    try:
        return with_areas(config, data, on)
    except Problem as problem:
        raise click.ClickException(problem.detail) from problem


def _show(credentials: "Credentials", out: Path | None, as_json: bool) -> None:
    from workswith.kernel.clock import iso

    text = json.dumps(
        {
            "gateway": credentials.gateway_id,
            "plant": credentials.plant_id,
            "certificate": credentials.certificate,
            "key": credentials.key,
            "secret": credentials.secret,
            "expires": iso(credentials.expires_at),
        },
        indent=2,
    )
    if out is not None:
        _write(out, f"{text}\n", 0o600)
    if as_json:
        click.echo(text)
    elif out is not None:
        click.echo(f"{credentials.gateway_id}: credentials in {out}")
    else:
        click.echo(text)
        click.echo("Keep this: it is not shown again.", err=True)


def _write_broker(
    out: Path, data: Path, gateway_port: int, cloud_port: int, packet_bytes: int
) -> tuple[str, Path]:
    """All files of a broker for this machine; (the cloud's URL, the authority of the broker)."""
    from workswith.devices.gateways import mosquitto
    from workswith.devices.gateways.authority import GatewayAuthority
    from workswith.kernel.ident import Ident
    from workswith.sandbox.authority import Authority

    out.mkdir(parents=True, exist_ok=True)
    gateways = GatewayAuthority(data.absolute() / FOLDER)
    gateways.ensure()
    authority = Authority(data.absolute() / "tls")
    certificate = authority.issue("broker", "localhost", "127.0.0.1", "::1")
    files = mosquitto.Files(
        authority=str(gateways.certificate_file),
        revoked=str(gateways.list_file),
        certificate=str(certificate.chain),
        key=str(certificate.key),
        acl=str(out / "acl"),
        passwords=str(out / "passwords"),
    )
    password = Ident().secret()
    _write(out / "acl", mosquitto.ACL, 0o644)
    _write(out / "passwords", mosquitto.password_line(password), 0o600)
    text = mosquitto.configuration(
        files, gateway_port=gateway_port, cloud_port=cloud_port, packet_bytes=packet_bytes
    )
    _write(out / "mosquitto.conf", text, 0o644)
    url = f"mqtts://{mosquitto.USER}:{password}@localhost:{cloud_port}"
    return url, authority.certificate_file


def _write(path: Path, text: str, mode: int) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
