"""``workswith up``: the whole cloud in one process. [SBX-1]"""

import asyncio
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .folder import DEFAULT, DOCUMENT, data_option, json_option
from .installation import config_option, read_settings
from .listening import DEFAULT_PORT, Listening

if TYPE_CHECKING:
    from workswith.app import Cloud
    from workswith.settings import Settings


@click.command()
@data_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    show_default=str(DEFAULT_PORT),
    help="Where to listen; 0 for any free port.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--tls", is_flag=True, help="Serve https with a certificate of a local authority.")
@click.option(
    "--original-hosts",
    is_flag=True,
    help="Go by the original's host names, for programs that have them built in. Implies --tls, on "
    "port 443 unless another is given; `workswith hosts` and `workswith trust` say what else it takes.",
)
@click.option(
    "--seed",
    type=int,
    help="At the first start: ids that are the same for the same seed and calls.",
)
@config_option
@json_option
def command(
    data: Path,
    port: int | None,
    host: str,
    tls: bool,
    original_hosts: bool,
    seed: int | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Start the whole cloud on this machine: seeded, with two furnished homes.

    Everything lives in the data folder; stop it at any moment, start it again, and it goes on. The
    same summary stands in sandbox.json there, for programs.
    """
    from workswith.kernel import log

    settings = read_settings(config)
    log.configure(settings.log.level, as_json=settings.log.as_json)
    listening = Listening(host, port, tls, original_hosts)
    data = data.absolute()
    data.mkdir(parents=True, exist_ok=True)
    lock = _lock(data)
    gc.disable()  # until it runs: hardly anything made at start is ever garbage
    try:
        if sys.platform != "win32":
            import uvloop

            uvloop.run(_up(settings, data, listening, seed, as_json))
        else:
            asyncio.run(_up(settings, data, listening, seed, as_json))
    except KeyboardInterrupt:
        pass
    finally:
        os.close(lock)


async def _up(
    settings: "Settings", data: Path, listening: Listening, seed: int | None, as_json: bool
) -> None:
    from workswith.app import open_sandbox
    from workswith.app.seeding import seeded_of

    from .serving import serve

    try:
        seeded = seeded_of(data, seed)
    except ValueError as error:
        raise click.ClickException(f"--seed: {error}.") from None
    bound = listening.bind()
    authority = listening.authority(data)
    authority.ensure()
    certificate = authority.issue("server", *listening.names()) if listening.secure else None
    cloud = await open_sandbox(
        settings,
        data,
        origin=listening.origin(bound),
        origins=listening.origins(),
        authority_file=authority.certificate_file,
        tls=listening.secure,
        seeded=seeded,
    )
    try:
        _write(data, cloud)
        cloud.on_change(lambda: _write(data, cloud))
        await serve(
            cloud.asgi,
            bound,
            certificate=str(certificate.chain) if certificate else None,
            key=str(certificate.key) if certificate else None,
            head_seconds=settings.http.head_seconds,
            body_seconds=settings.http.body_seconds,
            ready=lambda: _show(cloud, data, as_json),
        )
    finally:
        await cloud.close()


def _write(data: Path, cloud: "Cloud") -> None:
    """``sandbox.json``, readable by its owner alone, replaced in one step."""
    import json

    path = data / DOCUMENT
    fresh = data / f".{DOCUMENT}.{os.getpid()}"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(cloud.document, file, indent=2)
        file.write("\n")
    fresh.replace(path)


def _show(cloud: "Cloud", data: Path, as_json: bool) -> None:
    import json

    if as_json:
        print(json.dumps(cloud.document), flush=True)
        return
    import shlex
    import shutil

    from workswith.sandbox.summary import show

    program = "workswith" if shutil.which("workswith") else os.path.relpath(sys.argv[0])
    options = "" if data == Path(DEFAULT).absolute() else f" --data {shlex.quote(str(data))}"
    show(cloud.document, program=program, options=options)


def _lock(data: Path) -> int:
    """Holds the folder for this process alone; the system lets go when the process ends."""
    handle = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise click.ClickException(
                f"Another `workswith up` is using {data}. Stop it, or choose another --data folder."
            ) from None
    return handle
