"""Applications: what may be registered, who sees it, and how changes come into force."""

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest

from workswith.identity.application_form import check, clean
from workswith.identity.reply_urls import check_reply_url
from workswith.identity.settings import Settings
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import DAY
from workswith.kernel.problem import Kind, Problem

from .conftest import FORM, Build, World

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


async def test_the_credentials_go_to_the_owner_by_mail(world: World) -> None:
    application, secret = await world.area.applications.create(world.developer.id, FORM)
    sent = (await world.mails("dev@example.test"))[0]
    assert f"client_id: {application.client_id}" in sent.text
    assert f"client_secret: {secret}" in sent.text
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,}", secret), "programs do not escape it"
    assert application.state == "approved"


async def test_owners_see_their_own_applications_only(world: World) -> None:
    apps, client_id = world.area.applications, world.application.client_id
    stranger = world.user.id
    assert await apps.of_owner(stranger) == []
    for work in (
        apps.one(stranger, client_id),
        apps.update(stranger, client_id, FORM),
        apps.secrets(stranger, client_id),
        apps.add_secret(stranger, client_id),
        apps.delete_secret(stranger, client_id, "x"),
        apps.delete(stranger, client_id),
    ):
        with pytest.raises(Problem) as caught:
            await work
        assert (caught.value.kind, caught.value.code) == (Kind.UNKNOWN, "application_unknown")


async def test_an_edit_is_kept(world: World) -> None:
    apps, owner, client_id = (
        world.area.applications,
        world.developer.id,
        world.application.client_id,
    )
    changed = await apps.update(owner, client_id, replace(FORM, name="  Other ", logo=PNG))
    assert (changed.name, changed.logo_type) == ("Other", "image/png")
    assert changed.scopes_version == 1
    logo = await apps.logo(client_id)
    assert logo
    assert bytes(logo.data) == PNG
    kept = await apps.update(owner, client_id, FORM)
    assert kept.has_logo
    gone = await apps.update(owner, client_id, replace(FORM, logo=b""))
    assert not gone.has_logo
    assert await apps.logo(client_id) is None


async def test_changed_scopes_are_a_new_version_when_approval_is_automatic(world: World) -> None:
    apps, owner, client_id = (
        world.area.applications,
        world.developer.id,
        world.application.client_id,
    )
    changed = await apps.update(owner, client_id, replace(FORM, scopes=("light.read",)))
    assert (changed.scopes, changed.scopes_version) == (("light.read",), 2)


async def test_changed_scopes_wait_when_the_operator_approves(world: World, build: Build) -> None:
    apps = build(world.database, Settings(approve_applications="manual"), Broadcast()).applications
    owner, client_id = world.developer.id, world.application.client_id
    wish = replace(FORM, scopes=("light.read",), name="Renamed")
    changed = await apps.update(owner, client_id, wish)
    assert (changed.scopes, changed.requested_scopes) == (world.application.scopes, ("light.read",))
    assert changed.name == "Renamed"
    assert [waiting.client_id for waiting in await apps.requests.waiting()] == [client_id]
    refused = await apps.requests.refuse(client_id)
    assert (refused.state, refused.requested_scopes) == ("approved", None)
    await apps.update(owner, client_id, wish)
    approved = await apps.requests.approve(client_id)
    assert (approved.scopes, approved.scopes_version) == (("light.read",), 2)
    assert await apps.requests.waiting() == []
    subjects = [sent.subject for sent in await world.mails("dev@example.test")]
    assert "The scopes of your application Renamed have changed" in subjects


async def test_limits_hold_for_requests_at_once(world: World, build: Build) -> None:
    few = Settings(applications_per_owner=3, secrets_per_application=3)
    apps = build(world.database, few, Broadcast()).applications
    owner, client_id = world.developer.id, world.application.client_id
    made = await asyncio.gather(
        *(apps.create(owner, FORM) for _ in range(5)), return_exceptions=True
    )
    assert sum(not isinstance(result, Problem) for result in made) == 2
    assert len(await apps.of_owner(owner)) == 3
    added = await asyncio.gather(
        *(apps.add_secret(owner, client_id) for _ in range(5)), return_exceptions=True
    )
    assert sum(not isinstance(result, Problem) for result in added) == 2


async def test_secrets_live_for_a_year(world: World) -> None:
    secret, _ = await world.area.applications.add_secret(
        world.developer.id, world.application.client_id, "spare"
    )
    assert secret.expires_at - secret.created_at == 365 * DAY
    with pytest.raises(Problem):
        await world.area.applications.delete_secret(
            world.developer.id, world.application.client_id, "x"
        )


async def test_a_deleted_application_is_gone_with_everything(world: World) -> None:
    body = await world.tokens()
    await world.area.applications.delete(world.developer.id, world.application.client_id)
    assert (await world.refresh(body["refresh_token"])).status_code == 401
    header = f"Bearer {body['access_token']}"
    with pytest.raises(Problem):
        await world.area.access_tokens.verify(header, world.clock.now())
    assert await world.area.consents.of_account(world.user.id) == []
    assert await world.area.applications.of_owner(world.developer.id) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://a.test", "https://a.test/", "https://a.test:8443/x?y=z&q=%20", "http://localhost/",
        "http://localhost:3000/cb", "http://127.0.0.1:1/x", "http://[::1]:8080/x",
        "https://my.home-assistant.io/redirect/oauth", "https://xn--bcher-kva.test/",
    ],
)  # fmt: skip
def test_reply_urls_that_may_be_registered(url: str) -> None:
    check_reply_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "", "a.test", "//a.test", "ftp://a.test/", "javascript:alert(1)", "data:text/html,x",
        "http://a.test/", "http://localhost.evil.test/", "http://localhost@evil.test/",
        "https://user@a.test/", "https://user:pw@a.test/", "https://a.test/#x", "https://a.test/#",
        "https://a.test/\r\nX: y", "https://a.test/\0", "https://a.test\\@b.test/", "https:///x",
        "https://a.test/ x", "https://a.test/é", "https://a b.test/", "https://a.test:99999/",
        "https://a.test:0/", "https://a.test:x/", "https://[::1/", "HTTPS://a.test/", "https:a.test",
        "https://a.test/" + "x" * 2000, "http://127.0.0.1.evil.test/", "http://127.1/",
        "https://*.test/", "https://./", "https://-a.test/",
    ],
)  # fmt: skip
def test_reply_urls_that_may_not(url: str) -> None:
    with pytest.raises(Problem) as caught:
        check_reply_url(url)
    assert caught.value.field == "reply_urls"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "name_missing"),
        ({"name": "x" * 101}, "name_long"),
        ({"description": "a\0"}, "description_control"),
        ({"vendor": "a\r\nb"}, "vendor_control"),
        ({"url": "javascript:alert(1)"}, "url_invalid"),
        ({"url": "https://"}, "url_invalid"),
        ({"url": "https://[::1"}, "url_invalid"),
        ({"reply_urls": ()}, "reply_urls_count"),
        ({"reply_urls": tuple(f"https://a{n}.test/" for n in range(11))}, "reply_urls_count"),
        ({"reply_urls": ("https://a.test/",) * 2}, "reply_urls_twice"),
        ({"scopes": ()}, "scopes_missing"),
        ({"scopes": ("openid",)}, "scopes_missing"),
        ({"scopes": ("no.such",)}, "scope_unknown"),
        ({"logo": b"GIF89a"}, "logo_type"),
        ({"logo": b"<svg onload=alert(1)>"}, "logo_type"),
        ({"logo": PNG + bytes(256 * 1024)}, "logo_large"),
        ({"pkce": "plain"}, "pkce_unknown"),
    ],
)
def test_what_a_form_may_not_say(changes: dict[str, Any], code: str) -> None:
    found, _ = check(replace(FORM, **changes))
    assert [problem.code for problem in found] == [code]
    with pytest.raises(Problem):
        clean(replace(FORM, **changes))


def test_every_problem_of_a_form_is_found_at_once() -> None:
    found, _ = check(replace(FORM, name="", vendor="", scopes=(), reply_urls=("x",)))
    assert [problem.field for problem in found] == ["name", "vendor", "reply_urls", "scopes"]
