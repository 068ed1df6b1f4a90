"""``workswith postman``: the whole flow as a collection. [PRT-3]"""

from pathlib import Path

import click

from .folder import data_option, read_document


@click.command()
@click.option(
    "--endpoint-url",
    default="https://application.example/notifications",
    show_default=True,
    help="The address that the collection subscribes to notifications.",
)
@data_option
def command(endpoint_url: str, data: Path) -> None:
    """Print a Postman collection (v2.1) filled with the running sandbox's values.

    It runs from top to bottom in Postman, or in newman once `code` is given:

    newman run collection.json --env-var code=…
    """
    import json

    from workswith.apis import documents
    from workswith.contracts.renderings import postman
    from workswith.contracts.renderings.known import known

    sandbox = read_document(data)
    application = sandbox["application"]
    flow = postman.Flow(
        login=sandbox["origins"]["login"],
        api=sandbox["origins"]["api"],
        client_id=application["client_id"],
        client_secret=application["client_secret"],
        redirect_uri=application["redirect_uris"][0],
        subscription_key=sandbox["subscription"]["primary_key"],
        notifications_token=application["notifications_token"],
        endpoint_url=endpoint_url,
        known=known([*sandbox["plants"], *sandbox["later_plants"]]),
    )
    made = postman.collection("WorksWith", list(documents().values()), flow)
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))
