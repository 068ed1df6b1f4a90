"""``workswith serve``: a production installation, one process for each core."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .installation import config_option, parent_option, read_settings

if TYPE_CHECKING:
    import socket

    from workswith.settings import Settings


@click.command()
@config_option
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The data folder.")
@click.option("--processes", type=click.IntRange(1, 512), help="Processes that answer calls.")
@click.option("--workers", type=click.IntRange(0, 64), help="Processes for background work.")
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 for any free one.")
@click.option("--socket", "handle", type=int, hidden=True)
@parent_option
def command(
    config: Path | None,
    data: Path | None,
    processes: int | None,
    workers: int | None,
    host: str | None,
    port: int | None,
    handle: int | None,
    parent: int | None,
) -> None:
    r"""Serve an installation for others: portal, login and APIs, without a seed or a test clock.

    \b
    export WORKSWITH_DATABASE_URL=postgresql://…
    export WORKSWITH_SERVICE_PORTAL=https://developer.example
    workswith serve

    Needs PostgreSQL when there is more than one process, and a proxy in front that speaks TLS.
    /healthz says whether a process answers, /readyz whether its database does. SIGTERM ends it once
    every call in hand is answered; a process that dies is replaced. Exit codes: 0 after a signal,
    1 where it cannot start, 2 for a wrong option.
    """
    from workswith.app.service import origins_of
    from workswith.kernel import log

    settings = read_settings(config)
    log.configure(settings.log.level, as_json=settings.log.as_json)
    folder = (data or Path(settings.data)).absolute()
    try:
        origins_of(settings)
    except ValueError as error:
        raise click.ClickException(f"Settings: {error}") from None
    if handle is not None:
        _answer(settings, folder, handle, parent)
        return
    amounts = (processes or settings.service.processes or os.cpu_count() or 1,
               settings.service.workers if workers is None else workers)  # fmt: skip
    if sum(amounts) > 1 and not settings.database.url.startswith("postgres"):
        raise click.ClickException(
            "Several processes share a PostgreSQL: set database.url (WORKSWITH_DATABASE_URL), or "
            "run one with --processes 1 --workers 0."
        )
    from .serving import bind

    at = (host or settings.service.host, settings.service.port if port is None else port)
    try:
        bound = bind(*at)
    except OSError as error:
        raise click.ClickException(f"{at[0]}:{at[1]} cannot be used ({error.strerror}).") from error
    _prepare(settings, folder)
    common = ["--data", str(folder), *(["--config", str(config)] if config else [])]
    sys.exit(_supervise(bound, common, *amounts))


def _prepare(settings: "Settings", data: Path) -> None:
    """The newest migration and the installation's key, before any process asks for them."""
    import asyncio

    from workswith.app.installation import instance_key, open_migrated

    async def prepare() -> None:
        url = settings.database.url or f"sqlite:///{data / 'workswith.db'}"
        await (await open_migrated(url, settings)).close()

    data.mkdir(parents=True, exist_ok=True)
    instance_key(data)
    try:
        asyncio.run(prepare())
    except OSError as error:
        raise click.ClickException(f"The database does not answer: {error}") from error


def _supervise(bound: "socket.socket", common: list[str], processes: int, workers: int) -> int:
    from .processes import Family

    us = [sys.executable, "-m", "workswith"]
    family = Family()
    handle = bound.fileno()
    answering = [*us, "serve", *common, "--socket", str(handle)]
    if processes == 1 and not workers:
        os.set_inheritable(handle, True)
        os.execv(sys.executable, answering)  # noqa: S606  it is this program again
    for _ in range(processes):
        family.add(answering, handle)
    for _ in range(workers):
        family.add([*us, "worker", *common])
    host, port = bound.getsockname()[:2]
    click.echo(f"Serving on {host}:{port}, {processes} processes, {workers} workers.", err=True)
    return family.live()


def _answer(settings: "Settings", data: Path, handle: int, parent: int | None) -> None:
    import asyncio
    import socket

    from .processes import follow
    from .serving import serve

    async def answer() -> None:
        from workswith.app.service import open_service

        following = asyncio.create_task(follow(parent)) if parent else None
        service = await open_service(settings, data, background=False)
        try:
            await serve(
                service.asgi,
                socket.socket(fileno=handle),
                head_seconds=settings.http.head_seconds,
                body_seconds=settings.http.body_seconds,
            )
        finally:
            if following:
                following.cancel()
            await service.close()

    if sys.platform != "win32":
        import uvloop

        uvloop.run(answer())
    else:
        asyncio.run(answer())
