"""A whole cloud as its users start it: ``workswith up`` in a process of its own."""

import json
import os
import signal
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2

from tests.patience import WITHIN
from tests.ports import held_port

PATIENT = {"WORKSWITH_WEBHOOKS_RULES_ANSWER_MS": "30000"}
"""A busy machine is no failure; what is about a limit of real time sets that limit itself."""


class Cloud:
    """A running ``workswith up``; ``document`` is what it printed.

    Started again, it is where it was: the port is its own unless one is given.
    """

    def __init__(self, data: Path, *options: str, port: int = 0, **environ: str) -> None:
        self.data = data
        self._options = options
        self._environ = PATIENT | environ
        self.port = port or held_port(owner=self)
        self.document: dict[str, Any] = {}
        self.log = data.parent / f"{data.name}.log"

    def begin(self) -> None:
        """The process, of which nothing is known yet."""
        command = [
            sys.executable, "-m", "workswith", "up", "--json",
            "--data", str(self.data), "--port", str(self.port), *self._options,
        ]  # fmt: skip
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=self.log.open("ab"),
            env={**os.environ, **self._environ},
            text=True,
        )

    def start(self) -> Self:
        self.begin()
        assert self._process.stdout is not None
        with self._process.stdout as printed:
            line = printed.readline()
        if not line:
            self._process.wait(WITHIN)
            raise RuntimeError(f"the cloud did not start:\n{self.log.read_text()[-4000:]}")
        self.document = json.loads(line)
        self.port = urlsplit(self.document["sandbox"]["url"]).port or 0
        return self

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL: no chance to say goodbye."""
        self._process.kill()
        self._process.wait(WITHIN)

    def stop(self) -> int:
        """SIGTERM, as an operator stops it; returns the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(WITHIN)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.kill()

    # What tests ask of it

    @property
    def verify(self) -> ssl.SSLContext | bool:
        ca = self.document.get("ca_file")
        return ssl.create_default_context(cafile=ca) if ca else True

    def http(self, **options: Any) -> httpx2.Client:
        return httpx2.Client(verify=self.verify, timeout=WITHIN, **options)

    def origin(self, name: str) -> str:
        return str(self.document["origins"][name])

    def api_headers(self, access_token: str | None = None) -> dict[str, str]:
        return {
            "Ocp-Apim-Subscription-Key": self.document["subscription"]["primary_key"],
            "Authorization": f"Bearer {access_token or self.document['tokens']['access_token']}",
        }

    def own_headers(self) -> dict[str, str]:
        """Of the sample application's own programs, for the API Notifications."""
        return self.api_headers(self.document["application"]["notifications_token"])

    def control(self, method: str, path: str, body: object = None) -> Any:
        """The sandbox's control interface."""
        with self.http() as http:
            answer = http.request(
                method,
                self.document["sandbox"]["url"] + path,
                json=body,
                headers={"Authorization": f"Bearer {self.document['sandbox']['token']}"},
                timeout=300,
            )
            answer.raise_for_status()
            return answer.json() if answer.content else None

    def advance(self, by: str) -> None:
        self.control("POST", "/clock/advance", {"by": by})

    def mails(self, to: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("GET", f"/mail?to={to}")
        return found

    @property
    def every_plant(self) -> list[dict[str, Any]]:
        return [*self.document["plants"], *self.document["later_plants"]]

    def thermostat(self, home: int = 0) -> tuple[str, str]:
        """(plant id, module id) of the first thermostat of a home: 0 the house, 1 the flat."""
        plants = [p for p in self.document["plants"] if p["api"] == "smarther"]
        return plants[home]["id"], plants[home]["modules"][0]["id"]

    def status_url(self, home: int = 0) -> str:
        plant, module = self.thermostat(home)
        return (
            f"{self.origin('api')}/smarther/v2.0/chronothermostat/thermoregulation/addressLocation"
            f"/plants/{plant}/modules/parameter/id/value/{module}"
        )
