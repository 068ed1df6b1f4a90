"""Whoever waits for a process, or sends it calls, is told how it is. [H: ``serve``, ``up``]"""

from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from httpx2 import ASGITransport, AsyncClient, Response

from tests.cloud import Cloud
from workswith.app.health import Health
from workswith.kernel.database import Database


class Inside:
    def begin(self, scope: Any, receive: Any, send: Any) -> Awaitable[None] | None:
        return self(scope, receive, send)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"inside"})


async def asked(database: Database, path: str) -> Response:
    async with AsyncClient(transport=ASGITransport(Health(Inside(), database))) as client:
        return await client.get(f"http://anything.example{path}")


async def test_well(database: Database) -> None:
    assert (await asked(database, "/healthz")).text == "ok"
    ready = await asked(database, "/readyz")
    assert (ready.status_code, ready.text) == (200, "ready")


async def test_a_process_without_its_database_lives_but_takes_no_calls(database: Database) -> None:
    await database.close()
    assert (await asked(database, "/healthz")).status_code == 200
    ready = await asked(database, "/readyz")
    assert (ready.status_code, ready.text) == (503, "no database")


async def test_everything_else_goes_on(database: Database) -> None:
    assert (await asked(database, "/healthz/more")).text == "inside"


def test_a_sandbox_tells_as_well(tmp_path: Path) -> None:
    with Cloud(tmp_path / "data") as cloud, cloud.http() as http:
        assert http.get(cloud.origin("api") + "/readyz").text == "ready"
