"""What ``workswith up`` prints for people: where to go, who to be, what to try first."""

import shlex
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape


def status_url(document: dict[str, Any]) -> str:
    """Where the first thermostat is read and turned."""
    plant = next(p for p in document["plants"] if p["api"] == "smarther")
    return (
        f"{document['origins']['api']}/smarther/v2.0/chronothermostat/thermoregulation"
        f"/addressLocation/plants/{plant['id']}/modules/parameter/id/value"
        f"/{plant['modules'][0]['id']}"
    )


def calls(document: dict[str, Any]) -> tuple[str, str]:
    """Two commands that work as they stand: read a thermostat, and turn it."""
    ca = f" --cacert {shlex.quote(document['ca_file'])}" if document.get("ca_file") else ""
    own = urlsplit(document["sandbox"]["url"]).netloc
    if urlsplit(document["origins"]["api"]).netloc != own:  # a name that leads elsewhere as yet
        ca += f" --connect-to ::{own}"
    headers = '  -H "Ocp-Apim-Subscription-Key: $KEY" \\\n  -H "Authorization: Bearer $TOKEN"'
    read = (
        f"KEY={document['subscription']['primary_key']}\n"
        f"TOKEN={document['tokens']['access_token']}\n"
        f"STATUS={status_url(document)}\n"
        f"curl{ca} $STATUS \\\n{headers}"
    )
    turn = (
        f"curl{ca} $STATUS \\\n{headers} \\\n"
        '  --json \'{"function":"heating","mode":"manual","setPoint":{"value":"22.5","unit":"C"}}\''
    )
    return read, turn


def show(
    document: dict[str, Any],
    *,
    program: str = "workswith",
    options: str = "",
    console: Console | None = None,
) -> None:
    """Prints the summary. ``program`` and ``options`` are what this reader types for a command."""
    out = console or Console(highlight=False, soft_wrap=True)
    portal, sandbox = document["origins"]["portal"], document["sandbox"]
    application, subscription = document["application"], document["subscription"]
    read, turn = calls(document)
    out.print("\n[bold]WorksWith is running.[/bold] All of this also stands in sandbox.json.")
    _lines(
        out,
        "Places",
        ("Developer portal", f"{portal}/"),
        ("Home", f"{portal}/home"),
        ("Mailbox", f"{sandbox['url']}/mailbox?token={sandbox['token']}"),
        ("Inspector", f"{sandbox['url']}/inspect?token={sandbox['token']}"),
        ("APIs", document["origins"]["api"]),
        ("Login service", document["origins"]["login"]),
    )
    _lines(
        out,
        "People",
        *(
            (who.replace("_", "-"), f"{document[who]['email']}   {document[who]['password']}")
            for who in ("developer", "end_user", "operator")
        ),
    )
    _lines(
        out,
        "Credentials",
        ("subscription key", subscription["primary_key"]),
        ("client_id", application["client_id"]),
        ("client_secret", application["client_secret"]),
        *(("reply URL", address) for address in application["redirect_uris"]),
    )
    for plant in (*document["plants"], *document["later_plants"]):
        _lines(
            out,
            f"Plant “{plant['name']}”  {plant['id']}",
            *((module["name"], module["id"]) for module in plant["modules"]),
        )
    for title, lines in (
        ("Read a thermostat", read),
        ("Watch notifications, in a second terminal", f"{program} webhooks listen{options}"),
        ("Turn the thermostat, and see one arrive", turn),
        ("Let a day pass", f"{program} clock advance 1d{options}"),
    ):
        out.print(f"\n[bold]{title}[/bold]")
        out.print(lines, markup=False)
    out.print("\n[dim]Ctrl-C stops it; nothing is lost.[/dim]\n")


def _lines(out: Console, title: str, *pairs: tuple[str, str]) -> None:
    """A heading and aligned pairs; nothing is ever cut, since it will be copied."""
    out.print(f"\n[bold]{escape(title)}[/bold]")
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        out.print(f"  {escape(name.ljust(width))}   [cyan]{escape(value)}[/cyan]")
