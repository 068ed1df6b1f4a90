"""A Starter Kit with two APIs, and subscriptions to it."""

import pytest

from workswith.catalog.desk import Desk
from workswith.catalog.products import ensure_starter_kit
from workswith.catalog.subscriptions import Subscriptions
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident


@pytest.fixture
def broadcast() -> Broadcast:
    return Broadcast()


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(bytes(range(32)))


@pytest.fixture
def desk(database: Database, clock: Clock, broadcast: Broadcast) -> Desk:
    return Desk(database, clock, broadcast)


@pytest.fixture
async def subscriptions(
    database: Database, clock: Clock, ident: Ident, cipher: Cipher, broadcast: Broadcast
) -> Subscriptions:
    await database.write(ensure_starter_kit, ("echo", "smarther-v2.0"), clock.now())
    return Subscriptions(database, clock, ident, cipher, broadcast)
