"""A whole sandbox in this process, behind its real gateway, for tests that documents are read for.

It lives in a thread with an event loop of its own, so that hundreds of small tests share it.
"""

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from workswith import app
from workswith.catalog import products
from workswith.catalog.settings import Settings as CatalogSettings
from workswith.contracts.document import Document, Operation
from workswith.identity.application import Application, ApplicationForm
from workswith.kernel.clock import HOUR
from workswith.kernel.database import Tx, statement
from workswith.sandbox import seed
from workswith.sandbox.authority import Authority
from workswith.settings import Settings
from workswith.webhooks import reading
from workswith.webhooks.tokens import DAYS, READ, SCOPES, WRITE

ORIGIN = "https://127.0.0.1:8443"
REPLY = "https://client.example/derived"
PLENTY = 1_000_000
NOTIFICATIONS = "/notifications/"
"""Below it are the applications' own tokens taken."""
_EXPIRE = statement("UPDATE webhook_token SET expires_at = :now WHERE name = 'expired'")
PLANT_OF = {
    "smarther-v1.0": "smarther",
    "smarther-v2.0": "smarther",
    "home-control-v1.0": "home_control",
    "multisocket": "multisocket",
    "myhome-up-v1.0": "myhome_up",
    "emergency-lighting": "emergency_lighting",
    "classe-100x": "classe_100x",
}
DEVICE_OF = {
    "lightId": "light",
    "plugId": "plug",
    "automationId": "automation",
    "heaterId": "heater",
    "remoteId": "remote",
    "energyMeterId": "energymeter",
}


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class World:
    """Keys and tokens of every sort, and ids of real things of the end-user."""

    def __init__(self, loop: asyncio.AbstractEventLoop, data: Path) -> None:
        self._loop = loop
        self._data = data
        self.keys: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.own_tokens: dict[str, str] = {}
        self._ids: dict[str, dict[str, str]] = {}

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def open(self) -> None:
        settings = Settings(catalog=CatalogSettings(starter_kit_quota=PLENTY))
        authority = Authority(self._data / "tls")
        authority.ensure()
        self.cloud = await app.open_sandbox(
            settings,
            self._data,
            origin=ORIGIN,
            authority_file=authority.certificate_file,
            tls=False,
        )
        areas, document = self.cloud.areas, self.cloud.document
        areas.kernel.clock.freeze()
        self.apis = {api.document.slug: api for api in areas.apis}
        people = await self._people()
        self.keys = {"good": document["subscription"]["primary_key"], "wrong": "0" * 32}
        await self._products(people["developer"])
        everything, everything_secret = await self._application(
            "Everything", seed.APPLICATION_SCOPES
        )
        nothing, nothing_secret = await self._application("Nothing", ("profile",))
        old = await self._tokens(people["end_user"], everything, everything_secret)
        await self.cloud.supervisor.advance(areas.kernel.clock.now() + 2 * HOUR)
        new = await self._tokens(people["end_user"], everything, everything_secret)
        other = await self._tokens(people["developer"], everything, everything_secret)
        few = await self._tokens(people["end_user"], nothing, nothing_secret)
        self.tokens = {
            "good": new["access_token"],
            "expired": old["access_token"],
            "id_token": new["id_token"],
            "somebody else": other["access_token"],
            "no scope": few["access_token"],
        }
        await self._own_tokens(everything.client_id, new["id_token"])
        await self._find_ids()
        await self._notify(people["end_user"], everything.client_id)

    def _tokens_of(self, path: str, method: str) -> dict[str, str]:
        """Of a user, or of the application; without a scope is who has the other one."""
        if not path.startswith(NOTIFICATIONS):
            return self.tokens
        few = self.own_tokens["writes" if method == "GET" else "reads"]
        return {**self.own_tokens, "no scope": few}

    async def call(
        self,
        method: str,
        target: str,
        *,
        key: str | None = "good",
        token: str | None = "good",
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Reply:
        path, _, query = target.partition("?")
        lines = dict(headers or {})
        if key is not None:
            lines["ocp-apim-subscription-key"] = self.keys[key]
        if token is not None:
            tokens = self._tokens_of(path, method)
            lines["authorization"] = f"Bearer {tokens[token]}"
        if body:
            lines["content-length"] = str(len(body))
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), text.encode()) for name, text in lines.items()],
        }
        await self.cloud.areas.gateway(scope, receive, send)
        names = {name.decode(): text.decode() for name, text in sent[0]["headers"]}
        return Reply(sent[0]["status"], names, sent[1]["body"])

    def target(self, document: Document, operation: Operation, **changed: str) -> str:
        """The address of an operation on things that are the end-user's."""
        values = {**self._ids.get(document.slug, {}), **changed}
        path = operation.path
        for parameter in operation.parameters_in("path"):
            value = values.get(parameter.name, str(parameter.example))
            path = path.replace(f"{{{parameter.name}}}", quote(value, safe=""))
        query = {
            each.name: changed.get(each.name, str(each.example))
            for each in operation.parameters_in("query")
        }
        return document.base_path + path + (f"?{urlencode(query)}" if query else "")

    async def _people(self) -> dict[str, str]:
        kernel = self.cloud.areas.kernel
        sealed = await kernel.database.one(seed._LOAD)
        assert sealed is not None
        loaded = json.loads(kernel.cipher.open(sealed, seed._CONTEXT))
        self._developer = loaded["people"]["developer"]["id"]
        return {name: person["id"] for name, person in loaded["people"].items()}

    async def _products(self, developer: str) -> None:
        """One that contains nothing, and one whose single call is spent."""
        areas = self.cloud.areas

        async def make(tx: Tx) -> None:
            now = areas.kernel.clock.now()
            for ident, apis, quota in (("empty", (), PLENTY), ("spent", tuple(self.apis), 1)):
                await products.create_product(
                    tx, product_id=ident, name=ident, description=ident, daily_quota=quota,
                    apis=apis, now=now,
                )  # fmt: skip

        await areas.kernel.database.write(make)
        for ident in ("empty", "spent"):
            one = await areas.catalog.subscriptions.subscribe(developer, ident, ident)
            keys = await areas.catalog.subscriptions.keys(developer, one.id)
            self.keys[ident] = keys["primary"].key

    async def _application(self, name: str, scopes: tuple[str, ...]) -> tuple[Application, str]:
        form = ApplicationForm(
            name=name,
            description=name,
            vendor=name,
            url="",
            reply_urls=(REPLY,),
            scopes=scopes,
            pkce="optional",
        )
        return await self.cloud.areas.identity.applications.create(self._developer, form)

    async def _tokens(self, person: str, application: Application, secret: str) -> dict[str, Any]:
        areas = self.cloud.areas

        async def consent(tx: Tx) -> None:
            await areas.identity.consents.give(tx, person, application, areas.kernel.clock.now())

        await areas.kernel.database.write(consent)
        session = await areas.identity.sessions.of(
            await areas.identity.sessions.open(person, user_agent="test")
        )
        query = {
            "client_id": application.client_id,
            "redirect_uri": REPLY,
            "response_type": "code",
            "state": "1",
        }
        redirect = await areas.identity.authorize.decide(query, session)
        code = parse_qs(urlsplit(redirect.url).query)["code"][0]
        params = {"grant_type": "authorization_code", "code": code}
        answer: dict[str, Any] = await areas.identity.tokens.answer(
            params, application.client_id, secret
        )
        return answer

    async def _own_tokens(self, client_id: str, id_token: str) -> None:
        areas = self.cloud.areas
        for name, scopes in (
            ("good", SCOPES),
            ("expired", SCOPES),
            ("reads", (READ,)),
            ("writes", (WRITE,)),
        ):
            _, self.own_tokens[name] = await areas.webhooks.tokens.make(
                client_id, name, scopes, min(DAYS)
            )
        self.own_tokens["id_token"] = id_token

        async def expire(tx: Tx) -> None:
            await tx.run(_EXPIRE, now=areas.kernel.clock.now())

        await areas.kernel.database.write(expire)

    async def _notify(self, person: str, client_id: str) -> None:
        """An endpoint that nobody listens at, and a delivery to it."""
        areas, plant_id = self.cloud.areas, self._ids["smarther-v2.0"]["plantId"]
        await areas.webhooks.subscriptions.subscribe(
            person, client_id, plant_id, "smarther", "https://127.0.0.1:9/derived"
        )
        smarther = self.apis["smarther-v2.0"].document
        target = self.target(smarther, smarther.operation("Set-Chronothermostat-Status"))
        body = (
            b'{"function": "heating", "mode": "manual", "setPoint": {"value": "22.5", "unit": "C"}}'
        )
        reply = await self.call("POST", target, body=body)
        assert reply.status == 200, reply
        mine, now = (client_id,), areas.kernel.clock.now()
        await self.cloud.supervisor.settle()
        rules = areas.webhooks.desk.settings.rules
        (endpoint,) = await reading.endpoints_of(areas.kernel.database, mine, rules, now)
        first, *_ = await reading.deliveries_of(areas.kernel.database, mine)
        self._ids["notifications-v1.0"] = {"endpoint": endpoint.id, "delivery": first.id}

    async def _find_ids(self) -> None:
        """The plants are in the document of the sandbox, the rest is asked for."""
        plants = {
            plant["api"]: plant
            for plant in reversed(
                [*self.cloud.document["plants"], *self.cloud.document["later_plants"]]
            )
        }
        for slug, api in PLANT_OF.items():
            plant = plants[api]
            first = plant["modules"][0]["id"]
            self._ids[slug] = {
                "plantId": plant["id"],
                "siteId": plant["id"],
                **dict.fromkeys(("moduleId", "deviceId", "parameterValue"), first),
                **{
                    parameter: module["id"]
                    for parameter, device in DEVICE_OF.items()
                    for module in plant["modules"]
                    if module["device"] == device
                },
            }
        home = self._ids["home-control-v1.0"]
        base = "/hc/api/v1.0"
        topology = await self.call("GET", f"{base}/plants/{home['plantId']}/topology")
        home["ambientId"] = json.loads(topology.body)["plant"]["ambients"][0]["id"]
        path = f"{base}/scene/comfort/addressLocation/plants/{home['plantId']}"
        scenes = json.loads((await self.call("GET", path)).body)["scenes"]
        home["sceneId"] = scenes[0]["sender"]["plant"]["module"]["id"]


@contextmanager
def opened(data: Path) -> Iterator[World]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    world = World(loop, data)
    try:
        world.run(world.open())
        try:
            yield world
        finally:
            world.run(world.cloud.close())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
