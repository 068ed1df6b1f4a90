"""What ``workswith up`` prints for people: where to go, who to be, what to try first."""

import shlex
from typing import Any

from rich.console import Console
from rich.table import Table


def first_call(document: dict[str, Any]) -> str:
    """A ``curl`` that works as it stands."""
    plant = next(p for p in document["plants"] if p["api"] == "smarther")
    url = (
        f"{document['origins']['api']}/smarther/v2.0/chronothermostat/thermoregulation"
        f"/addressLocation/plants/{plant['id']}/modules/parameter/id/value"
        f"/{plant['modules'][0]['id']}"
    )
    ca = f" --cacert {shlex.quote(document['ca_file'])}" if document.get("ca_file") else ""
    return (
        f"curl -s{ca} {url} \\\n"
        f"  -H 'Ocp-Apim-Subscription-Key: {document['subscription']['primary_key']}' \\\n"
        f"  -H 'Authorization: Bearer {document['tokens']['access_token']}'"
    )


def turn_call(document: dict[str, Any]) -> str:
    """The same thermostat, turned to 22.5 °C."""
    return (
        first_call(document).replace("curl -s", "curl -s -X POST", 1)
        + " \\\n  -H 'Content-Type: application/json' \\\n"
        '  -d \'{"function":"heating","mode":"manual","setPoint":{"value":"22.5","unit":"C"}}\''
    )


def show(document: dict[str, Any], console: Console | None = None) -> None:
    """Prints the summary."""
    out = console or Console(highlight=False, soft_wrap=True)
    portal, sandbox = document["origins"]["portal"], document["sandbox"]
    out.print(
        "\n[bold]WorksWith is running.[/bold] Everything below also stands in sandbox.json.\n"
    )

    places = Table.grid(padding=(0, 2))
    places.add_row("Developer portal", f"[link]{portal}/[/link]")
    places.add_row("Home", f"[link]{portal}/home[/link]")
    places.add_row("Mailbox", f"[link]{sandbox['url']}/mailbox?token={sandbox['token']}[/link]")
    places.add_row("APIs", document["origins"]["api"])
    places.add_row("Login service", document["origins"]["login"])
    out.print(places)

    people = Table("who", "e-mail", "password", box=None, header_style="dim", padding=(0, 2, 0, 0))
    for who in ("developer", "end_user", "operator"):
        people.add_row(who.replace("_", "-"), document[who]["email"], document[who]["password"])
    out.print()
    out.print(people)

    keys = Table.grid(padding=(0, 2))
    application, subscription = document["application"], document["subscription"]
    keys.add_row("Subscription key", subscription["primary_key"])
    keys.add_row("client_id", application["client_id"])
    keys.add_row("client_secret", application["client_secret"])
    for address in application["redirect_uris"]:
        keys.add_row("reply URL", address)
    for plant in document["plants"]:
        modules = ", ".join(module["name"] for module in plant["modules"])
        keys.add_row(f"Plant “{plant['name']}”", f"{plant['id']}  [dim]{modules}[/dim]")
    out.print()
    out.print(keys)

    for title, command in (
        ("Read a thermostat", first_call(document)),
        ("Watch notifications, in a second terminal", "workswith webhooks listen"),
        ("Turn the thermostat, and see one arrive", turn_call(document)),
        ("Let a day pass", "workswith clock advance 1d"),
    ):
        out.print(f"\n[bold]{title}[/bold]")
        out.print(command, markup=False)
    out.print("\n[dim]Ctrl-C stops it; nothing is lost.[/dim]\n")
