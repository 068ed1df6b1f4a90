"""``workswith openapi``: the published document of an API."""

from pathlib import Path

import click

from .folder import data_option


@click.command()
@click.argument("api", required=False)
@click.option(
    "--origin", default="", help="The server that the document names; default: the sandbox's."
)
@data_option
def command(api: str | None, origin: str, data: Path) -> None:
    """Print the OpenAPI 3.1 document of API as JSON; without API, list them."""
    import json

    from workswith.apis import documents
    from workswith.contracts.renderings import openapi

    from .folder import read_document

    found = documents()
    if api is None:
        for name, document in found.items():
            click.echo(f"{name}  {document.title} {document.version}  {document.base_path}")
        return
    if api not in found:
        raise click.ClickException(f"There is no API {api!r}; there are: {', '.join(found)}")
    origins = {"api": origin, "login": origin} if origin else read_document(data)["origins"]
    exported = openapi.export(found[api], origins["api"], origins["login"])
    click.echo(json.dumps(exported, indent=2, ensure_ascii=False))
