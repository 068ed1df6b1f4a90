"""A TLS receiver, its authority, and a whole delivery chain on the frozen clock."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import receiver as receivers
from tests.receiver import Receiver
from tests.webhooks.chain import Chain, Ground
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells
from workswith.webhooks.settings import Rules, Settings


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an authority of these tests alone."""
    return tmp_path_factory.mktemp("authority")


@pytest.fixture(scope="session")
def tls(authority: Path) -> ssl.SSLContext:
    return receivers.tls_of(authority)


@pytest.fixture
async def receiver(tls: ssl.SSLContext) -> AsyncIterator[Receiver]:
    async with receivers.running(tls) as running:
        yield running


@pytest.fixture
async def plain() -> AsyncIterator[Receiver]:
    """A receiver without TLS, for what is not about TLS and comes in masses."""
    async with receivers.running(None) as running:
        yield running


@pytest.fixture
def settings(authority: Path, tls: ssl.SSLContext) -> Settings:
    """Loopback and http allowed, the tests' authority trusted, and patient with a busy machine.

    What is about a limit of real time sets that limit itself.
    """
    return Settings(
        Rules(answer_ms=20_000),
        reach="loopback",
        allow_http=True,
        authorities=(str(authority / "authority.pem"),),
        connect_ms=20_000,
    )


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(bytes(32))


@pytest.fixture
def ground(database: Database, clock: Clock, ident: Ident, bells: Bells, cipher: Cipher) -> Ground:
    return Ground(database, clock, ident, bells, cipher)


@pytest.fixture
async def chain(ground: Ground, settings: Settings) -> AsyncIterator[Chain]:
    """Outbox, relay, fan-out, worker and sender, driven by a supervisor."""
    made = Chain(ground, settings)
    yield made
    await made.close()
