"""Registers the plans' applications through the portal, as a developer does, and writes the JSON.

python -m tests.conformance.oidc.registration sandbox.json > configuration.json
"""

import json
import re
import ssl
import sys
from pathlib import Path
from typing import Any

from click import echo

from tests.person import Person
from tests.telling import tell
from workswith.sandbox.authority import Authority

from .configuration import SUITE

SCOPES = ["profile", "email", "address", "phone", "topology.read"]
PORT = 8444
"""Where the script hears of sign-outs."""
NAMES = ("client", "client2", "client_secret_post")


def register(
    data: Path,
    document: dict[str, Any],
    *,
    base: str = "",
    backchannel: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """For the sandbox in ``data``; the answer is a whole configuration. ``base`` ends with "/"."""
    base = base or SUITE.format(alias="workswith")
    origin = document["origins"]["login"]
    clients = {name: application(document, f"Plan {name}", base) for name in NAMES}

    def discovery(name: str) -> str:
        return f"{origin}/{clients[name]['client_id']}/.well-known/openid-configuration"

    owner = document["end_user"]
    tell(data, owner["email"])
    return {
        "alias": "workswith",
        "description": "WorksWith sandbox",
        "server": {"discoveryUrl": discovery("client"), "login_hint": owner["email"]},
        **{
            name: {
                **clients[name],
                **({} if name == "client" else {"discoveryUrl": discovery(name)}),
            }
            for name in NAMES
        },
        "browser": [
            {
                "match": f"{origin}/*",
                "tasks": [
                    {
                        "task": "Sign in",
                        "match": f"{origin}/*",
                        "optional": True,
                        "commands": [
                            ["text", "name", "logonIdentifier", owner["email"]],
                            ["text", "name", "password", owner["password"]],
                            ["click", "xpath", "//form[contains(@action,'/signin')]//button"],
                        ],
                    },
                    {
                        "task": "Accept",
                        "match": f"{origin}/*",
                        "optional": True,
                        "commands": [["click", "name", "allow"]],
                    },
                    {
                        "task": "Sign out",
                        "match": f"{origin}/*",
                        "optional": True,
                        "commands": [
                            ["click", "xpath", "//form[contains(@action,'/end_session')]//button"]
                        ],
                    },
                ],
            }
        ],
        "script": {
            "redirect_uri": f"{base}callback",
            "ca_file": document.get("ca_file"),
            "clock": {
                "url": f"{document['sandbox']['url']}/clock",
                "token": document["sandbox"]["token"],
            },
            "backchannel": backchannel or {},
        },
    }


def application(
    document: dict[str, Any],
    name: str,
    base: str,
    *,
    program: str = "legacy",
    post_logout: str = "",
) -> dict[str, str]:
    """The portal's wizard, step by step; returns ``client_id`` and ``client_secret``.

    The plans send no code_challenge, which a program may that is called "legacy" there.
    """
    ca = document.get("ca_file")
    person = Person(ssl.create_default_context(cafile=ca) if ca else True)
    origin, developer = document["origins"]["portal"], document["developer"]
    person.open(f"{origin}/signin?return_to=/applications/new")
    person.sign_in(developer["email"], developer["password"])
    details = person.form_with("name", "vendor")
    fields = {"name": name, "description": "Runs OpenID's plans.", "vendor": "Example Ltd"}

    def submit(form: Any, **values: Any) -> None:
        person.submit(form, ("go", "next"), **values)

    submit(details, **fields)
    submit(person.form_with("reply_url"), reply_url=[f"{base}callback"])
    submit(person.form_to("/scopes"), scope=SCOPES)
    submit(person.form_to("/summary"))
    assert person.page is not None
    client_id = str(person.page.url.path).rpartition("/")[2]
    secret = re.findall(r">client_secret</p>\s*<code>([^<]+)</code>", person.page.text)
    assert secret, person.page.text
    person.open(f"{origin}/applications/{client_id}/program")
    person.submit(
        person.form_with("logout_url"),
        program=program,
        post_logout_urls=post_logout or f"{base}post_logout_redirect",
        logout_url="" if post_logout else f"{base}backchannel_logout",
    )
    _let_pass(person, document)
    return {"client_id": client_id, "client_secret": secret[0]}


def _let_pass(person: Person, document: dict[str, Any]) -> None:
    """Applications are remembered for a second."""
    control = document["sandbox"]
    person.http.post(
        f"{control['url']}/clock/advance",
        json={"by": "2s"},
        headers={"authorization": f"Bearer {control['token']}"},
    ).raise_for_status()


def main() -> None:
    folder = Path(sys.argv[1])
    ours = Authority(folder / "tls").issue("relying-party", "localhost", "127.0.0.1")
    port = int(sys.argv[2]) if len(sys.argv) > 2 else PORT
    document = register(
        folder,
        json.loads((folder / "sandbox.json").read_text()),
        base=f"https://localhost:{port}/",
        backchannel={"port": port, "certificate": str(ours.chain), "key": str(ours.key)},
    )
    echo(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
