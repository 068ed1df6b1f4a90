"""A real cloud for every test, and clients of it that somebody has signed in with."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import workswith.testing
from workswith.kernel.database import statement
from workswith.testing import Cloud
from workswith_client import Client

# The same examples on every machine, however slow.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

Make = Callable[..., Client]
PATIENCE = 90.0
"""Seconds that a busy machine may take for what comes by itself."""
PATIENT = {"webhooks": {"rules": {"answer_ms": 30_000}}}
"""Settings of a cloud to which a busy machine is no failing endpoint."""


async def eventually(holds: Callable[[], Any]) -> None:
    """Returns once it does; it may be a coroutine function."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = holds()
            if await found if inspect.isawaitable(found) else found:
                return
            await asyncio.sleep(0.02)


def options(cloud: Cloud, store: Any, **more: Any) -> dict[str, Any]:
    """What every client of the cloud is made with."""
    application = cloud.application
    return {
        "client_id": application.client_id,
        "client_secret": application.client_secret,
        "subscription_key": cloud.keys,
        "base": cloud.origin,
        "clock": lambda: cloud.clock.now() / 1000,
        "sleep": lambda seconds: cloud.clock.advance(max(seconds, 0.001)),
        "store": store,
        **more,
    }


def sign_in(cloud: Cloud, client: Client) -> None:
    begun = client.begin_sign_in(cloud.application.redirect_uris[0])
    client.finish_sign_in(begun, cloud.sign_in(begun.url))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


@pytest.fixture
def make(workswith: Cloud, store: Path) -> Iterator[Make]:
    """Makes signed-in clients of one person that share their store."""
    made: list[Client] = []

    def new(**more: Any) -> Client:
        client = Client(**options(workswith, store, **more))
        made.append(client)
        if not client.signed_in():
            sign_in(workswith, client)
        return client

    yield new
    for client in made:
        client.close()


@pytest.fixture
def client(make: Make) -> Client:
    return make()


@pytest.fixture
def thermostat(workswith: Cloud) -> tuple[str, str]:
    return workswith.thermostat


@pytest.fixture
def home(workswith: Cloud) -> workswith.testing.Home:
    """The Home + Control one."""
    return next(one for one in workswith.homes if one.api == "home_control")


def rotate_as_the_original(cloud: Cloud) -> None:
    """Each refresh brings a new token, and the earlier ones stay good. Needs the setting
    ``identity.original_rotation_allowed``.
    """
    areas = cloud._running.cloud.areas
    client_id = cloud.application.client_id

    async def change(tx: Any) -> None:
        await tx.run(_AS_THE_ORIGINAL, client_id=client_id)

    cloud._bridge.wait(areas.kernel.database.write(change))
    areas.kernel.broadcast.send("application", client_id)


_AS_THE_ORIGINAL = statement(
    "UPDATE application SET rotation = 'original' WHERE client_id = :client_id"
)
