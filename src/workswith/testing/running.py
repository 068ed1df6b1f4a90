"""The cloud of a test, as the thread that runs it sees it. `sync` and `aio` are its two faces."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from workswith.app import Cloud, open_sandbox
from workswith.kernel.clock import parse_iso
from workswith.kernel.ident import Seeded
from workswith.kernel.problem import Problem
from workswith.sandbox.authority import Authority
from workswith.sandbox.inbox import Arrival
from workswith.sandbox.states import SEEDED, States
from workswith.settings import Settings

from . import calling, prepared
from .known_keys import known_keys
from .server import Serving
from .values import Answer, Home, Module, Notification, Refused, State, Tokens

LOOPBACK = "127.0.0.1"
ARRIVE_SECONDS = 60.0
"""Real seconds in which what is waited for arrives on a busy machine too."""
INBOX = "test"
"""The endpoint that a cloud's own receiver is asked for."""
SUBSCRIBED_AT = {
    "smarther": "/smarther/v2.0/plants/{}/subscription",
    "home_control": "/hc/api/v1.0/addsubscription",
}
"""By the API of a plant: where its notifications are subscribed to."""


@dataclass(frozen=True, slots=True)
class Options:
    settings: Settings
    seed: int
    now: int
    port: int
    tls: bool
    homes: tuple[str, ...]


class Running:
    """`start`, use, `stop`. Everything happens on one event loop."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._stack = AsyncExitStack()
        self._tokens: str = ""
        self.cloud: Cloud
        self.origin = ""
        self.ca_file: Path

    async def start(self) -> None:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise

    async def _start(self) -> None:
        options = self._options
        around = Path(tempfile.mkdtemp(prefix="workswith-"))
        self._stack.callback(shutil.rmtree, around, ignore_errors=True)
        folder = around / "data"
        await prepared.put_in(folder, options.settings, options.seed, options.now, options.homes)
        authority = Authority(folder / "tls")
        self.ca_file = authority.certificate_file
        context = authority.context("server", "localhost", LOOPBACK) if options.tls else None
        serving = Serving()
        port = await serving.start(LOOPBACK, options.port, context)
        self._stack.push_async_callback(serving.stop)
        self.origin = f"{'https' if options.tls else 'http'}://{LOOPBACK}:{port}"
        self.cloud = await open_sandbox(
            options.settings,
            folder,
            origin=self.origin,
            authority_file=self.ca_file,
            tls=options.tls,
            seeded=Seeded(options.seed, States(folder / "states").one(SEEDED).drawn),
            signing_keys=known_keys(),
            with_tokens=False,
            durable=False,
            inspector_port=0,
            homes=options.homes,
        )
        self._stack.push_async_callback(self.cloud.close)
        serving.answer_with(self.cloud.asgi)

    async def stop(self) -> None:
        await self._stack.aclose()

    # Calls

    async def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | Tokens | None = None,
    ) -> Answer:
        """Of any path of the cloud, signed in as the seeded home owner unless ``headers`` say
        otherwise.
        """
        sent = {"Ocp-Apim-Subscription-Key": self.cloud.document["subscription"]["primary_key"]}
        body = b""
        if data is not None:
            body = urlencode(data).encode()
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        elif json is not None:
            body, sent["Content-Type"] = msgspec.json.encode(json), "application/json"
        given = dict(headers or {})
        names = {name.lower() for name in given}
        if token is None and data is None and "authorization" not in names:
            token = await self._current_token()
        if token is not None:
            text = token.access_token if isinstance(token, Tokens) else token
            sent["Authorization"] = f"Bearer {text}"
        sent = {name: value for name, value in sent.items() if name.lower() not in names} | given
        return await calling.call(self.cloud.asgi, method.upper(), self.origin + path, sent, body)

    async def control(self, method: str, path: str, json: Any = None) -> Any:
        """Of the control interface, below ``/sandbox``. Raises `Refused`."""
        headers = {"Authorization": f"Bearer {self.cloud.document['sandbox']['token']}"}
        body = b"" if json is None else msgspec.json.encode(json)
        url = f"{self.origin}/sandbox{path}"
        answer = await calling.call(self.cloud.asgi, method, url, headers, body)
        if answer.status >= 400:
            said = answer.json() if answer.body[:1] == b"{" else {}
            raise Refused(said.get("error") or answer.text or f"status {answer.status}")
        return answer.json()

    async def token(self, user: str = "end_user", scope: str = "") -> Tokens:
        with _refusing():
            made = await self.cloud.mint(user, scope)
        return Tokens(made["access_token"], made["refresh_token"], int(made["expires_in"]))

    async def sign_in(self, url: str, user: str, *, allow: bool) -> str:
        with _refusing():
            return await self.cloud.sign_in(url, user, allow=allow)

    async def _current_token(self) -> str:
        """One for all calls of a test, until it is no longer good."""
        areas = self.cloud.areas
        try:
            await areas.identity.access_tokens.verify(
                f"Bearer {self._tokens}", areas.kernel.clock.now()
            )
        except Problem:
            with contextlib.suppress(Refused):  # a consent that was withdrawn gives no new one
                self._tokens = (await self.token()).access_token
        return self._tokens

    # Time

    async def clock(self, verb: str, **members: Any) -> int:
        """What it shows afterwards, in ms."""
        answer = (
            await self.control("GET", "/clock")
            if verb == "read"
            else await self.control("POST", f"/clock/{verb}", members)
        )
        return int(answer["epoch_ms"])

    async def settle(self) -> None:
        """Does everything that is due now."""
        await self.cloud.supervisor.settle()

    # Homes

    async def home(self, template: str, user: str, name: str) -> Home:
        areas = self.cloud.areas
        owner = await areas.identity.accounts.by_email(self.cloud.document[user]["email"])
        if owner is None:
            raise Refused(f"{user} has closed the account")
        with _refusing():
            made = (await areas.devices.homes.create(owner.id, template, name))[0]
        modules = tuple(Module(one.id, one.name, one.device) for one in made.modules)
        return Home(made.plant.id, name or made.plant.name, made.plant.api, modules)

    def plants(self) -> tuple[Home, ...]:
        document = self.cloud.document
        return tuple(
            Home(
                plant["id"],
                plant["name"],
                plant["api"],
                tuple(Module(m["id"], m["name"], m["device"]) for m in plant["modules"]),
            )
            for plant in (*document["plants"], *document["later_plants"])
        )

    async def device(self, module_id: str, verb: str, **members: Any) -> None:
        await self.control("POST", f"/modules/{module_id}/{verb}", members)

    # Notifications

    async def subscribe(self, home: Home | None, url: str) -> str:
        """The id of a subscription of ``url``; the cloud's own receiver if it is empty."""
        chosen = home or next(one for one in self.plants() if one.api in SUBSCRIBED_AT)
        path = SUBSCRIBED_AT[chosen.api].format(chosen.id)
        body = {"EndPointUrl": url or self.receiver()}
        if chosen.api == "home_control":
            body["plantid"] = chosen.id
        answer = await self.call("POST", path, body)
        if answer.status not in (200, 201):
            raise Refused(answer.text)
        if chosen.api == "home_control":  # tells ids in its list only
            return await self._listed(chosen.id, body["EndPointUrl"])
        return str(answer.json()["subscriptionId"])

    async def _listed(self, plant_id: str, url: str) -> str:
        answer = await self.call("GET", "/hc/api/v1.0/subscriptions")
        for one in answer.json()["subscriptions"]:
            if (one["plantid"], one["EndPointUrl"]) == (plant_id, url):
                return str(one["id"])
        raise Refused("The endpoint did not prove itself.")

    def receiver(self) -> str:
        return self.cloud.inspector.url(INBOX).replace("//localhost", f"//{LOOPBACK}")

    async def received(
        self, *, at_least: int = 0, seconds: float = ARRIVE_SECONDS
    ) -> list[Notification]:
        """What has arrived at the own receiver, the first first. Raises ``TimeoutError``."""
        async with asyncio.timeout(seconds):
            while True:
                await self.settle()
                arrivals = self.cloud.inspector.inbox(INBOX).arrivals
                if len(arrivals) >= at_least:
                    return [_notification(one) for one in reversed(arrivals)]
                await asyncio.sleep(0.01)

    async def answer_as(self, behaviour: str) -> None:
        self.cloud.inspector.behave(INBOX, behaviour)

    # States

    async def reset(self) -> None:
        await self.cloud.reset()
        self._tokens = ""

    async def save(self, name: str) -> None:
        with _refusing():
            await self.cloud.save(name)

    async def restore(self, name: str) -> None:
        with _refusing():
            await self.cloud.restore(name)
        self._tokens = ""

    async def fork(self, name: str, origin: str = "") -> None:
        with _refusing():
            await self.cloud.fork(name, origin)
        self._tokens = ""

    async def states(self) -> list[State]:
        answer = await self.control("GET", "/snapshots")
        return [State(one["name"], one["saved_at"], one["from"]) for one in answer["snapshots"]]


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except Problem as problem:
        raise Refused(" ".join(filter(None, (problem.detail, problem.hint)))) from problem


def _notification(one: Arrival) -> Notification:
    request = one.request
    return Notification(one.number, one.at, request.path, request.headers, request.body)


def span(by: "str | timedelta | float") -> str:
    """As the clock takes it; a number is seconds."""
    return f"{round(by.total_seconds() * 1000)}ms" if isinstance(by, timedelta) else str(by)


def instant(at: "str | datetime") -> str:
    """As the clock takes it; a time without a zone is UTC."""
    if isinstance(at, datetime):
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()
    parse_iso(at)
    return at
