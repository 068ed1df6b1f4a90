"""One running cloud for the journeys of a module, frozen so that they are the same every day."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from playwright.sync_api import Browser

from tests import receiver
from tests.chromium import chromium
from tests.cloud import Cloud
from tests.pages import BEGINS, NOBODY
from tests.person import Person, signed_in
from tests.receiver import Receiver


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("cloud") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def still_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Its clock stands unless it is moved, and nobody comes to the end of a quota."""
    data = tmp_path_factory.mktemp("still-cloud") / "data"
    with Cloud(data, WORKSWITH_CATALOG_STARTER_KIT_QUOTA="100000") as running:
        running.control("POST", "/clock/freeze")
        yield running


@pytest.fixture
def endpoint(cloud: Cloud) -> Iterator[Receiver]:
    """Somebody's server for notifications, beside the cloud of the module."""
    with receiver.in_thread(receiver.tls_of(cloud.data / "tls")) as running:
        yield running


@pytest.fixture(scope="module")
def tls_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("tls-cloud") / "data", "--tls") as running:
        yield running


@pytest.fixture(scope="module")
def postgres_cloud(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[Cloud]:
    """The same command with its tables in PostgreSQL."""

    async def make() -> None:
        admin = await asyncpg.connect(postgres_url.format(name="postgres"))
        await admin.execute("DROP DATABASE IF EXISTS cloud")  # of another module
        await admin.execute("CREATE DATABASE cloud")
        await admin.close()

    asyncio.run(make())
    data = tmp_path_factory.mktemp("postgres-cloud") / "data"
    with Cloud(data, WORKSWITH_DATABASE_URL=postgres_url.format(name="cloud")) as running:
        yield running


@pytest.fixture(scope="module")
def people(cloud: Cloud) -> Iterator[dict[str, Person]]:
    """Everybody that pages are for, signed in."""
    everybody = {NOBODY: Person(cloud.verify), **{who: signed_in(cloud, who) for who in BEGINS}}
    yield everybody
    for person in everybody.values():
        person.http.close()


@pytest.fixture(scope="module")
def client_site(tls_cloud: Cloud) -> Iterator[Receiver]:
    """The application's own server: its reply URL and its endpoint for notifications."""
    with receiver.in_thread(receiver.tls_of(tls_cloud.data / "tls")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(tls_cloud: Cloud, client_site: Receiver) -> Iterator[Browser]:
    tls = tls_cloud.data / "tls"
    with chromium(tls / "server.pem", tls / "receiver.pem") as running:
        yield running
