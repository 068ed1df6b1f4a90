"""Every page of the portal answers, for visitors and for developers, and says what it must."""

from html import unescape
from typing import Any

import pytest

from workswith.web.portal.guides import GUIDES

OPEN = ["/", "/guides", "/getting-started", "/faq", "/apis", "/products", "/products/starter-kit"]
OPEN += [guide.path for guide in GUIDES if guide.path.startswith("/guides/")]
CLOSED = ["/profile", "/applications", "/applications/new", "/console/authorize"]


@pytest.mark.parametrize("path", OPEN)
async def test_open_pages_are_for_everybody(visitor: Any, browser: Any, path: str) -> None:
    await visitor.get(path)
    await browser.get(path)


@pytest.mark.parametrize("path", CLOSED)
async def test_closed_pages_ask_a_visitor_to_sign_in(visitor: Any, path: str) -> None:
    answer = await visitor.get(path, 303)
    assert answer.headers["location"].startswith("/signin?return_to=")


async def test_every_operation_has_a_reference_and_a_console(visitor: Any, browser: Any) -> None:
    for api in browser.services.apis:
        document = api.document
        assert document.title in unescape((await visitor.get(f"/apis/{document.slug}")).text)
        for operation in document.operations:
            path = f"/apis/{document.slug}/operations/{operation.id}"
            for reader in (visitor, browser):
                text = (await reader.get(path)).text
                assert operation.path in text
                assert f"{path}/console" in text
                await reader.get(f"{path}/console")


@pytest.mark.parametrize(
    "path",
    [
        "/apis/none",
        "/apis/none/openapi.json",
        "/apis/echo/operations/none",
        "/apis/echo/operations/none/console",
        "/products/none",
        "/profile/subscriptions/none/rename",
        "/applications/none",
        "/applications/none/details",
        "/applications/none/notifications",
        "/applications/new/none/scopes",
        "/applications/new/none/nowhere",
        f"/applications/new/{'x' * 3000}/details",
    ],
)
async def test_what_does_not_exist_is_not_found(browser: Any, path: str) -> None:
    await browser.get(path, 404)


async def test_the_error_table_has_every_row_of_the_gateway(visitor: Any) -> None:
    text = (await visitor.get("/faq")).text
    for row in visitor.services.errors:
        assert f"<code>{row.status}</code>" in text
        assert row.meaning in text.replace("&#39;", "'")


async def test_search_finds_operations_by_every_word(visitor: Any) -> None:
    text = (await visitor.get("/apis?q=echo+RESOURCE+create")).text
    assert "/apis/echo/operations/create-resource" in text
    assert "No results found." in (await visitor.get("/apis?q=xyzzy")).text
    assert "No results found." in (await visitor.get("/products?q=xyzzy")).text
    escaped = (await visitor.get("/apis?q=%22%3E%3Cscript%3E")).text
    assert "<script>" not in escaped


async def test_a_home_owner_is_led_to_the_home_and_kept_out_of_the_rest(visitor: Any) -> None:
    await visitor.sign_in("owner@home.test", "end_user")
    assert (await visitor.get("/", 303)).headers["location"] == "/home"
    for path in CLOSED:
        await visitor.get(path, 403)
    await visitor.get("/products/starter-kit")
