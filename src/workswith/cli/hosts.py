"""``workswith hosts``: how programs find the sandbox under the original's names. [SBX-4]"""

from pathlib import Path

import click

from .folder import data_option, json_option


@click.command()
@click.option("--lines", is_flag=True, help="Print the lines for a hosts file and nothing else.")
@click.option("--address", default="", help="Another address than the running sandbox's.")
@data_option
@json_option
def command(lines: bool, address: str, data: Path, as_json: bool) -> None:
    r"""Print what makes the original's host names lead to this machine. Nothing is changed.

    \b
    workswith up --original-hosts        first, so that something answers there
    workswith hosts                      recipes for Linux, macOS, Windows, containers
    workswith hosts --lines > hosts      the bare lines
    """
    import json

    from workswith.sandbox import recipes
    from workswith.sandbox.original_hosts import NAMES, TABLE

    listens, port = _listens(data)
    address = address or listens
    if as_json:
        click.echo(json.dumps({"address": address, "names": list(NAMES)}))
        return
    if lines:
        click.echo("\n".join(recipes.host_lines(address, NAMES)))
        return
    from . import table
    from .recipe import show

    table.show(("name", "purpose"), [(host.name, host.purpose) for host in TABLE])
    show(recipes.for_names(address, port, NAMES))


def _listens(data: Path) -> tuple[str, int]:
    """Address and port of the sandbox of this folder, or what they would be by default."""
    from urllib.parse import urlsplit

    from workswith.sandbox.original_hosts import PORT

    from .folder import DOCUMENT, read_document

    if not (data / DOCUMENT).exists():
        return "127.0.0.1", PORT
    own = urlsplit(read_document(data)["sandbox"]["url"])
    host = own.hostname or "localhost"
    return ("127.0.0.1" if host == "localhost" else host), own.port or PORT
