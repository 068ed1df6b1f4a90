"""Sign-up, verification, sign-in and lost passwords, and that strangers learn nothing from them."""

import asyncio
import os
from collections.abc import Awaitable
from typing import Any

import pytest

from workswith.identity.passwords import Passwords, check_password, common
from workswith.identity.settings import Settings
from workswith.kernel.clock import HOUR, MINUTE
from workswith.kernel.database import query
from workswith.kernel.problem import Kind, Problem

from .conftest import PASSWORD, Build, World

SITE = "https://portal.example.test"
COUNTS = ("account", "mail_link", "mail", "audit")


def verify_url(token: str) -> str:
    return f"{SITE}/verify?token={token}"


def reset_url(token: str) -> str:
    return f"{SITE}/reset?token={token}"


async def sign_up(
    world: World, email: str, password: str = PASSWORD, name: str = "Grace", browser: str = ""
) -> None:
    await world.area.accounts.sign_up(
        "developer", email, name, "Hopper", password, verify_url, browser=browser
    )


async def token_to(world: World, email: str) -> str:
    return (await world.mails(email))[0].link.partition("token=")[2]


async def code_of(work: Awaitable[object]) -> str:
    with pytest.raises(Problem) as caught:
        await work
    return caught.value.code


async def test_an_account_works_once_its_address_is_verified(world: World) -> None:
    accounts = world.area.accounts
    await sign_up(world, "  Grace@Example.TEST ")
    assert await code_of(accounts.sign_in("grace@example.test", PASSWORD)) == "email_unverified"
    assert await code_of(accounts.sign_in("grace@example.test", "wrong")) == "credentials_wrong"
    token = await token_to(world, "grace@example.test")
    assert (await accounts.waiting(token)).email == "grace@example.test"
    verified = (await accounts.verify(token)).account
    assert verified.verified_at == world.clock.now()
    signed_in = await accounts.sign_in("GRACE@example.test", PASSWORD)
    assert (signed_in.kind, signed_in.email) == ("developer", "grace@example.test")
    assert await code_of(accounts.verify(token)) == "link_invalid"
    assert await code_of(accounts.waiting(token)) == "link_invalid"


async def test_a_link_knows_the_browser_that_asked_for_it(world: World) -> None:
    """Each link has its own: nobody is signed in to what another browser has chosen."""
    accounts = world.area.accounts
    await sign_up(world, "grace@example.test", "the attackers secret", browser="of Mallory")
    theirs = await token_to(world, "grace@example.test")
    await sign_up(world, "grace@example.test", browser="of Grace")
    mine = await token_to(world, "grace@example.test")
    assert not (await accounts.waiting(theirs, "of Grace")).here
    assert not (await accounts.waiting(mine)).here
    assert (await accounts.waiting(mine, "of Grace")).here
    assert (await accounts.verify(mine, "of Grace")).here
    await sign_up(world, "joan@example.test")
    asked_without = await token_to(world, "joan@example.test")
    assert not (await accounts.verify(asked_without, "")).here


async def test_a_mail_says_the_same_in_text_and_html(world: World) -> None:
    await sign_up(world, "grace@example.test", name="<b>Grace</b> {link}")
    sent = (await world.mails("grace@example.test"))[0]
    assert sent.link in sent.text
    assert sent.link in sent.html
    assert "Hello <b>Grace</b> {link}," in sent.text
    assert "<b>" not in sent.html


async def test_a_verification_link_ends_after_48_hours(world: World) -> None:
    await sign_up(world, "grace@example.test")
    token = await token_to(world, "grace@example.test")
    world.clock.jump(world.clock.now() + 48 * HOUR)
    assert await code_of(world.area.accounts.verify(token)) == "link_invalid"
    await sign_up(world, "grace@example.test")
    await world.area.accounts.verify(await token_to(world, "grace@example.test"))


async def test_nobody_chooses_the_password_of_somebody_elses_address(world: World) -> None:
    """Whoever signs up first with a foreign address does not get in when its owner confirms."""
    accounts = world.area.accounts
    await sign_up(world, "grace@example.test", "the attackers secret", "Mallory")
    await sign_up(world, "grace@example.test", "the owners own secret", "Grace")
    mine = await token_to(world, "grace@example.test")
    await sign_up(world, "grace@example.test", "the attackers secret", "Mallory")
    verified = (await accounts.verify(mine)).account
    assert verified.first_name == "Grace"
    await accounts.sign_in("grace@example.test", "the owners own secret")
    assert await code_of(accounts.sign_in("grace@example.test", "the attackers secret")) == (
        "credentials_wrong"
    )
    assert await code_of(accounts.verify(await token_to(world, "grace@example.test"))) == (
        "link_invalid"
    )


async def test_a_sign_up_for_a_known_address_tells_its_owner_only(world: World) -> None:
    await sign_up(world, "ada@example.test")
    sent = (await world.mails("ada@example.test"))[0]
    assert sent.subject == "You have an account already"
    assert not sent.link
    await world.area.accounts.sign_in("ada@example.test", PASSWORD)


async def counts(world: World) -> list[int]:
    found = [
        await world.database.one(query(int, f"SELECT count(*) FROM {table}")) for table in COUNTS
    ]
    return [count or 0 for count in found]


@pytest.mark.parametrize("email", ["ada@example.test", "nobody@example.test"])
async def test_lost_password_writes_the_same_for_known_and_unknown(
    world: World, email: str
) -> None:
    """Both write a link and an audit row in one commit; only the mail differs."""
    before = await counts(world)
    await world.area.accounts.ask_reset(email, reset_url)
    after = await counts(world)
    known = email == "ada@example.test"
    assert [b - a for a, b in zip(before, after, strict=True)] == [0, 1, int(known), 1]


async def test_a_lost_password_is_replaced_once_and_every_session_ends(world: World) -> None:
    accounts = world.area.accounts
    cookie = await world.area.sessions.open(world.user.id)
    await accounts.ask_reset("Ada@example.test", reset_url)
    old = await token_to(world, "ada@example.test")
    await accounts.ask_reset("ada@example.test", reset_url)
    token = await token_to(world, "ada@example.test")
    assert await code_of(accounts.reset(old, "another long secret")) == "link_invalid"
    assert await code_of(accounts.reset(token, "short")) == "password_short"
    await accounts.reset(token, "another long secret")
    assert await world.area.sessions.of(cookie) is None
    assert await code_of(accounts.reset(token, "one more long secret")) == "link_invalid"
    assert await code_of(accounts.sign_in("ada@example.test", PASSWORD)) == "credentials_wrong"
    await accounts.sign_in("ada@example.test", "another long secret")
    assert (await world.mails("ada@example.test"))[0].subject == "Your password was changed"


async def test_a_reset_link_ends_after_an_hour(world: World) -> None:
    await world.area.accounts.ask_reset("ada@example.test", reset_url)
    world.clock.jump(world.clock.now() + 60 * MINUTE)
    token = await token_to(world, "ada@example.test")
    assert await code_of(world.area.accounts.reset(token, "another long secret")) == "link_invalid"


async def test_a_link_is_good_for_its_own_purpose(world: World) -> None:
    await world.area.accounts.ask_reset("ada@example.test", reset_url)
    token = await token_to(world, "ada@example.test")
    assert await code_of(world.area.accounts.verify(token)) == "link_invalid"


async def test_two_uses_of_one_link_at_once(world: World) -> None:
    await world.area.accounts.ask_reset("ada@example.test", reset_url)
    token = await token_to(world, "ada@example.test")
    results = await asyncio.gather(
        *(world.area.accounts.reset(token, f"another long secret {n}") for n in range(4)),
        return_exceptions=True,
    )
    assert sum(not isinstance(result, Exception) for result in results) == 1


async def test_two_sign_ups_at_once_make_one_account(world: World) -> None:
    before = (await counts(world))[0]
    await asyncio.gather(*(sign_up(world, "grace@example.test") for _ in range(4)))
    assert (await counts(world))[0] == before + 1


BAD_FIELDS: list[tuple[tuple[Any, str, str, str, str], str]] = [
    (("developer", "no-at-sign", "A", "B", PASSWORD), "email_invalid"),
    (("developer", "a@b", "A", "B", PASSWORD), "email_invalid"),
    (("developer", "a@b.test\r\nBcc: x@y.test", "A", "B", PASSWORD), "email_invalid"),
    (("developer", "a\0@b.test", "A", "B", PASSWORD), "email_invalid"),
    (("developer", f"{'a' * 250}@b.test", "A", "B", PASSWORD), "email_invalid"),
    (("developer", "a..b@b.test", "A", "B", PASSWORD), "email_invalid"),
    (("developer", "a@b.test", "", "B", PASSWORD), "first_name_missing"),
    (("developer", "a@b.test", "A" * 101, "B", PASSWORD), "first_name_long"),
    (("developer", "a@b.test", "A", "B\0", PASSWORD), "surname_control"),
    (("developer", "a@b.test", "A", "B\nC", PASSWORD), "surname_control"),
    (("root", "a@b.test", "A", "B", PASSWORD), "kind_unknown"),
    (("developer", "a@b.test", "A", "B", "x" * 9), "password_short"),
    (("developer", "a@b.test", "A", "B", "x1" * 129), "password_long"),
    (("developer", "somebody@b.test", "A", "B", "SOMEBODY@b.test"), "password_email"),
    (("developer", "a@b.test", "A", "B", "Password123"), "password_common"),
    (("developer", "a@b.test", "A", "B", "zzzzzzzzzzzz"), "password_simple"),
]


async def test_what_a_form_may_not_say(world: World) -> None:
    for fields, code in BAD_FIELDS:
        work = world.area.accounts.sign_up(*fields, verify_url)
        assert await code_of(work) == code, fields
    assert len(common()) >= 1_000
    check_password("пароль, который длинный", "a@b.test")


async def test_an_unknown_address_costs_the_same_hash(settings: Settings) -> None:
    """The hash that nobody has is verified with the very parameters of real ones."""
    passwords = Passwords(settings)
    real = await passwords.hash(PASSWORD)
    assert real.rsplit("$", 2)[0] == passwords._nobody.rsplit("$", 2)[0]
    assert len(real) == len(passwords._nobody)
    assert not await passwords.verify(None, PASSWORD)
    assert await passwords.verify(real, PASSWORD)
    assert not await passwords.verify("not a hash", PASSWORD)
    assert not await passwords.verify(real, PASSWORD + "x" * 10_000)
    passwords.close()


async def test_hashes_leave_half_of_the_cores_to_everything_else() -> None:
    passwords = Passwords(Settings(argon2_memory_kib=8, argon2_rounds=1))
    assert passwords._pool._max_workers == max(1, (os.cpu_count() or 1) // 2)
    passwords.close()


async def test_a_hash_of_older_settings_is_renewed_at_sign_in(world: World, build: Build) -> None:
    from workswith.kernel.broadcast import Broadcast

    stored = query(str, "SELECT password_hash FROM account WHERE email = 'ada@example.test'")
    before = await world.database.one(stored)
    stronger = build(world.database, Settings(argon2_memory_kib=16, argon2_rounds=1), Broadcast())
    await stronger.accounts.sign_in("ada@example.test", PASSWORD)
    after = await world.database.one(stored)
    assert before != after
    assert after
    assert "m=16," in after


async def test_one_address_one_account(world: World) -> None:
    with pytest.raises(Problem) as caught:
        await world.area.accounts.create("developer", "ADA@example.test", "A", "B", PASSWORD)
    assert caught.value.kind is Kind.CONFLICT
