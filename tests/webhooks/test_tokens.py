"""Protects the tokens of applications: seen once, for one application, ended at once. [C2C-6]"""

import pytest

from tests.conftest import NOON
from tests.webhooks.owned import owned
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import DAY, HOUR, Clock
from workswith.kernel.database import Database, query
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem
from workswith.webhooks import tokens as module
from workswith.webhooks.tokens import MOST, READ, SCOPES, TOPIC, WRITE, Tokens

_STORED = query(str, "SELECT digest || name || scopes FROM webhook_token")


class World:
    """Somebody with one application, and its tokens."""

    def __init__(self, database: Database, clock: Clock, ident: Ident) -> None:
        self.database, self.clock, self.ident = database, clock, ident
        self.broadcast = Broadcast()
        self.words: list[str] = []
        self.broadcast.on(TOPIC, self.words.append)
        self.tokens = Tokens(database, clock, ident, self.broadcast)

    async def open(self) -> None:
        made = await owned(self.database, self.clock, self.ident, self.broadcast)
        made.applications.on_delete(module.forget)
        self.applications, self.owner_id = made.applications, made.owner_id
        self.client_id = made.client_id

    async def refused(self, header: str | None) -> str:
        with pytest.raises(Problem) as refused:
            await self.tokens.verify(header, self.clock.now())
        assert refused.value.kind is Kind.UNAUTHENTICATED
        return refused.value.code


@pytest.fixture
async def world(database: Database, clock: Clock, ident: Ident) -> World:
    made = World(database, clock, ident)
    await made.open()
    return made


async def test_a_token_opens_its_application_with_its_scopes(world: World) -> None:
    _, text = await world.tokens.make(world.client_id, "  night  job ", (READ,), 7)
    access = await world.tokens.verify(f"Bearer {text}", NOON)
    assert (access.account_id, access.client_id) == (world.owner_id, world.client_id)
    assert access.scopes == {READ}
    assert access.expires_at == NOON + 7 * DAY
    (seen,) = await world.tokens.of(world.client_id)
    assert (seen.name, seen.scopes, seen.used_at) == ("night job", frozenset({READ}), NOON)


async def test_its_text_is_kept_nowhere(world: World) -> None:
    _, text = await world.tokens.make(world.client_id, "a", SCOPES, 30)
    assert text.startswith("wwn-")
    assert len(text) == 4 + 43  # 256 bits
    assert text not in "".join(await world.database.all(_STORED))


async def test_it_ends_at_its_instant(world: World) -> None:
    _, text = await world.tokens.make(world.client_id, "a", SCOPES, 7)
    world.clock.jump(NOON + 7 * DAY - 1)
    await world.tokens.verify(f"Bearer {text}", world.clock.now())
    world.clock.jump(NOON + 7 * DAY)
    assert await world.refused(f"Bearer {text}") == "token_expired"


async def test_it_can_be_ended_and_is_told_of(world: World) -> None:
    token, text = await world.tokens.make(world.client_id, "a", SCOPES, 7)
    with pytest.raises(Problem) as refused:
        await world.tokens.end("client-2", token.id)
    assert refused.value.kind is Kind.UNKNOWN
    await world.tokens.verify(f"Bearer {text}", NOON)
    await world.tokens.end(world.client_id, token.id)
    assert world.words == [token.id]
    assert await world.refused(f"Bearer {text}") == "token_invalid"


async def test_with_its_application_it_goes(world: World) -> None:
    _, text = await world.tokens.make(world.client_id, "a", SCOPES, 7)
    await world.applications.delete(world.owner_id, world.client_id)
    assert await world.refused(f"Bearer {text}") == "token_invalid"
    assert await world.tokens.of(world.client_id) == []


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "token_missing"),
        ("", "token_missing"),
        ("Basic eDp5", "token_invalid"),
        ("Bearer", "token_invalid"),
        ("Bearer wwn-nobody", "token_invalid"),
        ("Bearer a.b.c", "token_invalid"),
        ("Bearer wwn-" + "x" * 100_000, "token_invalid"),
        ("Bearer wwn-\xe9", "token_invalid"),
    ],
)
async def test_what_is_none(world: World, header: str | None, code: str) -> None:
    assert await world.refused(header) == code


async def test_what_cannot_be_made(world: World) -> None:
    for name, scopes, days, field in (
        ("", SCOPES, 7, "name"),
        ("x" * 101, SCOPES, 7, "name"),
        ("a\x00b", SCOPES, 7, "name"),
        ("a", (), 7, "scopes"),
        ("a", ("comfort.read",), 7, "scopes"),
        ("a", SCOPES, 8, "days"),
    ):
        with pytest.raises(Problem) as refused:
            await world.tokens.make(world.client_id, name, scopes, days)
        assert refused.value.field == field
    for _ in range(MOST):
        await world.tokens.make(world.client_id, "a", (WRITE,), 7)
    with pytest.raises(Problem) as refused:
        await world.tokens.make(world.client_id, "a", (WRITE,), 7)
    assert refused.value.code == "tokens_many"


async def test_its_last_use_is_noted_once_an_hour(world: World) -> None:
    """A call costs no write."""
    _, text = await world.tokens.make(world.client_id, "a", SCOPES, 7)
    for minutes, noted in ((0, 0), (59, 0), (60, 60), (61, 60)):
        now = NOON + minutes * HOUR // 60
        await world.tokens.verify(f"Bearer {text}", now)
        (seen,) = await world.tokens.of(world.client_id)
        assert seen.used_at == NOON + noted * HOUR // 60
