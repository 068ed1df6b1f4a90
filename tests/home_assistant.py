"""Home Assistant as its people run it, with its own integration for Home + Control, headless.

It is installed from PyPI as it is (`tests/programs/homeassistant.txt`) and driven through its own HTTP
interface. Its clock is the cloud's.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx2

from tests import original
from tests.original import OriginalCloud
from tests.patience import WITHIN, until

INTEGRATION = "home_plus_control"
OWNER, PASSWORD = "owner", "a house of my own"
_PYTHON = original.INSTALLED / "homeassistant/bin/python"
_SETTINGS = """
homeassistant: {{name: Home, time_zone: Europe/Rome, auth_mfa_modules: []}}
http: {{server_host: 127.0.0.1, server_port: {port}}}
api:
auth:
config:
home_plus_control:
  client_id: {client_id}
  client_secret: {client_secret}
  subscription_key: {key}
"""


def reply_url(port: int) -> str:
    """Where Home Assistant wants to be sent back to."""
    return f"http://127.0.0.1:{port}/auth/external/callback"


class HomeAssistant:
    """``with`` starts and ends it; what it was told and linked to stays in ``folder``."""

    def __init__(self, cloud: OriginalCloud, folder: Path, port: int) -> None:
        self._cloud, self._folder = cloud, folder
        self._own = f"http://127.0.0.1:{port}"
        self.log = folder / "home-assistant.log"
        folder.mkdir(exist_ok=True)
        (folder / "configuration.yaml").write_text(
            _SETTINGS.format(
                port=port,
                **cloud.document["application"],
                key=cloud.document["subscription"]["primary_key"],
            )
        )
        self._run("--script", "auth", "add", OWNER, PASSWORD).wait(WITHIN)
        # No connection outlives a call: to it, hours may have passed since the last.
        none = httpx2.Limits(max_keepalive_connections=0)
        self.http = httpx2.Client(base_url=self._own, timeout=WITHIN, trust_env=False, limits=none)

    def _run(self, *options: str) -> "subprocess.Popen[bytes]":
        place: tuple[str, ...] = ("-m", "homeassistant", "-c", str(self._folder))
        if options[0] == "--script":
            place = ("-m", "homeassistant", *options[:2], "-c", str(self._folder))
            options = options[2:]
        return subprocess.Popen(
            [str(_PYTHON), *place, *options],
            env=original.on_its_clock(self._cloud),
            stdout=(self._folder / "output.log").open("ab"),
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> Self:
        self._process = self._run("--skip-pip", "--log-file", str(self.log))
        until(self._ready, self.told)
        self._sign_in()
        return self

    def _ready(self) -> bool:
        assert self._process.poll() is None, self.told()
        try:
            return self.http.get("/auth/providers").is_success
        except httpx2.HTTPError:
            return False

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self.http.close()

    def told(self) -> str:
        """What it wrote into its log so far."""
        return self.log.read_text() if self.log.exists() else ""

    def _sign_in(self) -> None:
        """As its own pages do it."""
        client = f"{self._own}/"
        begun = self.http.post(
            "/auth/login_flow",
            json={"client_id": client, "redirect_uri": client, "handler": ["homeassistant", None]},
        ).json()
        done = self.http.post(
            f"/auth/login_flow/{begun['flow_id']}",
            json={"client_id": client, "username": OWNER, "password": PASSWORD},
        ).json()
        token = self.http.post(
            "/auth/token",
            data={"client_id": client, "grant_type": "authorization_code", "code": done["result"]},
        ).json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def pass_time(self, by: str) -> None:
        """So much later it is; its owner has to come in again."""
        self._cloud.pass_time(by)
        self._sign_in()

    # What its owner does

    def link(self, reply_url: str) -> str:
        """Adds the integration and sends the owner through the cloud's sign-in; how it ended."""
        flows = "/api/config/config_entries/flow"
        begun = self.http.post(
            flows, json={"handler": INTEGRATION}, headers={"HA-Frontend-Base": self._own}
        ).json()
        assert begun["type"] == "external", begun
        assert original.sign_in(self._cloud, begun["url"], reply_url, "open") == "200"
        ended = self.http.post(f"{flows}/{begun['flow_id']}", json={}).json()
        return str(ended["type"])

    def stored_token(self) -> dict[str, Any]:
        """The token of the cloud that it keeps."""
        entries = json.loads((self._folder / ".storage/core.config_entries").read_text())
        found: dict[str, Any] = next(
            each["data"]["token"]
            for each in entries["data"]["entries"]
            if each["domain"] == INTEGRATION
        )
        return found

    def wait(self, true: Callable[[], bool]) -> None:
        """Until its own work, which nobody else hears of, has led there."""
        until(true, self.told)

    def switches(self) -> dict[str, dict[str, Any]]:
        """Its switches by the name of the device."""
        states = self.http.get("/api/states").raise_for_status().json()
        return {
            each["attributes"]["friendly_name"]: each
            for each in states
            if each["entity_id"].startswith("switch.")
        }

    def turn(self, name: str, to: str) -> int:
        """Turns a switch ``on`` or ``off``; the status of the call."""
        entity = self.switches()[name]["entity_id"]
        return self.http.post(
            f"/api/services/switch/turn_{to}", json={"entity_id": entity}
        ).status_code
