"""``workswith trust``: how programs come to trust the sandbox's certificates. [SBX-4]"""

from pathlib import Path

import click

from .folder import data_option, json_option


@click.command()
@data_option
@json_option
def command(data: Path, as_json: bool) -> None:
    """Print how to trust this sandbox's own authority. Nothing is installed.

    The authority was made for this data folder alone and may vouch only for names of this machine
    and, with --original-hosts, for those of the original. For one program, its variables suffice.
    """
    import json

    from workswith.sandbox import recipes
    from workswith.sandbox.authority import KEYSTORE_PASSWORD

    from .authority import of_sandbox

    authority = of_sandbox(data)
    files = (authority.certificate_file, authority.bundle(), authority.keystore())
    if as_json:
        names = ("authority", "bundle", "keystore")
        paths = dict(zip(names, map(str, files), strict=True))
        click.echo(json.dumps({**paths, "keystore_password": KEYSTORE_PASSWORD}))
        return
    from .recipe import show

    show(recipes.for_trust(*files, KEYSTORE_PASSWORD))
