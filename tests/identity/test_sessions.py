"""Browser sessions slide, end, and cannot be read from their table."""

from workswith.kernel.clock import HOUR, MINUTE
from workswith.kernel.database import query

from .conftest import World


async def test_a_session_in_use_goes_on_and_an_idle_one_ends(world: World) -> None:
    sessions = world.area.sessions
    cookie = await sessions.open(world.user.id, user_agent="Firefox\r\nX: y")
    for _ in range(3):
        world.clock.jump(world.clock.now() + 23 * HOUR)
        session = await sessions.of(cookie)
        assert session
        assert session.user_agent == "FirefoxX: y"
    world.clock.jump(world.clock.now() + 24 * HOUR)
    assert await sessions.of(cookie) is None


async def test_a_session_ends_after_thirty_days_in_any_case(world: World) -> None:
    sessions = world.area.sessions
    cookie = await sessions.open(world.user.id)
    days = 0
    while await sessions.of(cookie):
        world.clock.jump(world.clock.now() + 20 * HOUR)
        days += 1
    assert 20 * days == 30 * 24


async def test_using_a_session_does_not_change_when_the_user_signed_in(world: World) -> None:
    cookie = await world.area.sessions.open(world.user.id)
    begun = world.clock.now()
    world.clock.jump(begun + 10 * MINUTE)
    await world.area.sessions.of(cookie)
    session = await world.area.sessions.of(cookie)
    assert session
    assert (session.auth_time, session.seen_at) == (begun, begun + 10 * MINUTE)


async def test_sessions_are_closed_one_by_one(world: World) -> None:
    sessions = world.area.sessions
    one, other = await sessions.open(world.user.id), await sessions.open(world.user.id)
    await sessions.close(one)
    assert await sessions.of(one) is None
    found = await sessions.of(other)
    assert found
    await sessions.close_one(world.developer.id, found.id)
    assert await sessions.of(other), "nobody closes the session of somebody else"
    await sessions.close_one(world.user.id, found.id)
    assert await sessions.of(other) is None
    assert {s.id for s in await sessions.of_account(world.user.id)} == {world.session.id}


async def test_unknown_cookies(world: World) -> None:
    for cookie in ("", "x", "\0", "é" * 10_000, world.session.id, world.session.csrf_secret):
        assert await world.area.sessions.of(cookie) is None


async def test_the_cookie_is_stored_hashed(world: World) -> None:
    cookie = await world.area.sessions.open(world.user.id)
    rows = await world.database.all(query(lambda *row: row, "SELECT * FROM session"))
    assert all(cookie not in str(value) for row in rows for value in row)
