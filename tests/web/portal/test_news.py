"""Protects what tells news: changes and their feeds, the status, the search."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from workswith.kernel.database import statement

ATOM = "{http://www.w3.org/2005/Atom}"


async def test_every_api_tells_its_changes_newest_first(visitor: Any) -> None:
    for api in visitor.services.apis:
        slug = api.document.slug
        page = (await visitor.get(f"/apis/{slug}/changes")).text
        assert f"/apis/{slug}/changes" in (await visitor.get(f"/apis/{slug}")).text
        feed = ET.fromstring((await visitor.get(f"/apis/{slug}/changes.atom")).text)
        ids = [entry.findtext(f"{ATOM}id") or "" for entry in feed.iter(f"{ATOM}entry")]
        dates = [entry.findtext(f"{ATOM}updated") for entry in feed.iter(f"{ATOM}entry")]
        assert dates == sorted(dates, key=str, reverse=True)
        assert dates, f"{slug} tells no change"
        assert len(set(ids)) == len(ids)
        for one in ids:
            assert f'id="{one.partition("#")[2]}"' in page, "an entry leads to its place"


async def test_all_changes_are_in_one_list_that_searches(visitor: Any) -> None:
    page = (await visitor.get("/changelog")).text
    for api in visitor.services.apis:
        assert f"/apis/{api.document.slug}/changes" in page
    feed = ET.fromstring((await visitor.get("/changelog.atom")).text)
    assert len(list(feed.iter(f"{ATOM}entry"))) >= len(visitor.services.apis)
    narrowed = (await visitor.get("/changelog?q=469")).text
    assert "/apis/home-control-v1.0/changes" in narrowed
    assert "/apis/echo/changes" not in narrowed
    assert "No results found." in (await visitor.get("/changelog?q=xyzzy")).text


async def test_changes_stay_out_of_the_download(visitor: Any) -> None:
    assert "x-changes" not in (await visitor.get("/apis/echo/openapi.json")).text


async def test_the_status_sees_what_is_wrong(visitor: Any) -> None:
    """There is no signing key in this database: nobody could sign in, and the page says so."""
    page = (await visitor.get("/status")).text
    assert "there is no signing key" in page
    assert "Something does not work" in page
    database = visitor.services.database
    await database.write(
        lambda tx: tx.run(
            statement(
                "INSERT INTO signing_key (kid, state, sealed, created_at, changed_at) "
                "VALUES ('k', 'current', :sealed, 1, 1)"
            ),
            sealed=b"s",
        )
    )
    page = (await visitor.get("/status")).text
    assert "Everything works." in page


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("postman", "/guides/postman"),
        ("smarther notified", "/apis/smarther-v2.0"),
        ("create resource", "/apis/echo/operations/create-resource"),
        ("ambient", "/faq#word-ambient"),
    ],
)
async def test_the_search_finds(visitor: Any, asked: str, path: str) -> None:
    assert f'href="{path}"' in (await visitor.get(f"/search?q={asked}")).text


async def test_the_search_says_when_there_is_nothing_and_escapes(visitor: Any) -> None:
    text = (await visitor.get("/search?q=%22%3E%3Cscript%3Exyzzy")).text
    assert "No results found." in text
    assert "<script>xyzzy" not in text
    assert "No results found." not in (await visitor.get("/search")).text
