"""The configuration of a run: the official suite's JSON, and what this script needs besides.

``browser`` says, as there, what a person does on which page; understood are the commands
``["text", "name", field, value]``, ``["click", "name", button]`` and the click of an xpath with
``contains(@action,'part')``. The member ``script`` is ours:

    redirect_uri     where the applications' callbacks are; default: the official suite's address
    ca_file          the authority to trust besides the system's
    clock            {"url", "token"} of a control interface that can move the issuer's clock
    backchannel      {"port", "certificate", "key"} to hear back-channel logouts on
"""

import json
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

_ACTION = re.compile(r"@action,\s*'([^']+)'")
SUITE = "https://localhost.emobix.co.uk:8443/test/a/{alias}/"


@dataclass(frozen=True)
class Client:
    client_id: str
    client_secret: str
    discovery_url: str


@dataclass(frozen=True)
class Task:
    """What a person types and presses where a form has all these ``fields``, or this button, or
    an action with this part.
    """

    name: str
    fields: dict[str, str]
    button: str = ""
    action: str = ""


@dataclass(frozen=True)
class Configuration:
    client: Client
    client2: Client | None
    client_secret_post: Client | None
    login_hint: str
    tasks: tuple[Task, ...]
    base: str
    """The relying party's address; its callbacks are below."""
    ca_file: str | None = None
    clock: dict[str, str] = field(default_factory=dict)
    backchannel: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls.of(json.loads(path.read_text()))

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        url = document["server"]["discoveryUrl"]

        def client(member: str) -> Client | None:
            given = document.get(member)
            if not given or not given.get("client_id"):
                return None
            where = given.get("discoveryUrl", url)
            return Client(given["client_id"], given["client_secret"], where)

        first = client("client")
        if first is None:
            raise ValueError("the configuration names no client")
        script = document.get("script", {})
        base = SUITE.format(alias=document.get("alias", "workswith"))
        return cls(
            client=first,
            client2=client("client2"),
            client_secret_post=client("client_secret_post"),
            login_hint=document["server"].get("login_hint", ""),
            tasks=tuple(_tasks(document.get("browser", []))),
            base=script.get("redirect_uri", f"{base}callback").removesuffix("callback"),
            ca_file=script.get("ca_file"),
            clock=script.get("clock", {}),
            backchannel=script.get("backchannel", {}),
        )

    @property
    def callback(self) -> str:
        return f"{self.base}callback"

    @property
    def post_logout(self) -> str:
        return f"{self.base}post_logout_redirect"

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file)


def _tasks(browser: list[dict[str, Any]]) -> list[Task]:
    found = []
    for site in browser:
        for task in site.get("tasks", []):
            commands = task.get("commands", [])
            fields = {c[2]: c[3] for c in commands if c[0] == "text" and c[1] == "name"}
            buttons = [c[2] for c in commands if c[0] == "click" and c[1] == "name"]
            paths = [_ACTION.findall(c[2]) for c in commands if c[0] == "click"]
            action = next((found[0] for found in paths if found), "")
            if fields or buttons or action:
                found.append(Task(task["task"], fields, buttons[0] if buttons else "", action))
    return found
