"""Protects what tells news: changes and their feeds, the status, the search."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from workswith.catalog.api_notes import ApiNote, save_api_note
from workswith.kernel.clock import parse_iso
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


async def test_news_of_the_programme_stand_among_the_changes_and_in_the_feed(
    visitor: Any, other: Any
) -> None:
    clock = visitor.services.clock
    clock.jump(parse_iso("2027-01-01T00:00:00Z"))  # after all changes of the documents
    await other.sign_in("olga@op.test", "operator")
    told = {"title_en": "More <calls>", "text_en": "500 become `600`.", "title_it": "Più chiamate"}
    await other.post("/office/news/new", "/office/news/new", told)
    page = (await visitor.get("/changelog")).text
    assert "More &lt;calls&gt;" in page
    assert "<code>600</code>" in page
    assert page.index("More &lt;calls") < page.index('/apis/echo/changes">'), "the newest first"
    assert "More &lt;calls&gt;" in (await visitor.get("/changelog?q=CALLS")).text
    assert "Più chiamate" in (await visitor.get("/changelog?lang=it")).text
    await visitor.get("/changelog?lang=en")
    feed = ET.fromstring((await visitor.get("/changelog.atom")).text)
    entry = next(feed.iter(f"{ATOM}entry"))
    assert entry.findtext(f"{ATOM}title") == "More <calls>"
    place = (entry.findtext(f"{ATOM}id") or "").partition("#")[2]
    assert f'id="{place}"' in page


async def test_news_are_edited_taken_away_and_may_be_to_come(visitor: Any, other: Any) -> None:
    await other.sign_in("olga@op.test", "operator")
    new = "/office/news/new"
    refused = await other.post(new, new, {"title_en": "", "text_en": "Kept"}, status=422)
    assert "Kept" in refused.text
    told = {"title_en": "Later", "text_en": "Wait", "day": "2099-01-01"}
    await other.post(new, new, told)
    assert "Later" not in (await visitor.get("/changelog")).text
    listed = (await other.get("/office/news?q=later")).text
    found = re.search(r'href="(/office/news/[0-9a-f-]{36})"', listed)
    assert found
    assert 'value="2099-01-01"' in (await other.get(found[1])).text
    await other.post(found[1], found[1], {**told, "title_en": "Now", "day": "2020-01-01"})
    assert "Now" in (await visitor.get("/changelog")).text
    await other.post("/office/news", f"{found[1]}/remove")
    assert "Now" not in (await visitor.get("/changelog")).text
    await other.get(found[1], 404)
    for path in ("/office/news", new):
        await visitor.get(path, 303)


async def test_announcements_are_edited_and_told_in_feeds(visitor: Any, other: Any) -> None:
    await other.sign_in("olga@op.test", "operator")
    new = "/office/announcements/new"
    for level, text in (("info", "We move"), ("bad", "It is broken")):
        await other.post(new, new, {"level": level, "text_en": text})
    listed = (await other.get("/office/announcements?q=broken")).text
    found = re.search(r'href="(/office/announcements/[0-9a-f-]{36})"', listed)
    assert found
    await other.post(found[1], found[1], {"level": "warn", "text_en": "It is slow"})
    page = (await visitor.get("/announcements")).text
    assert "It is slow" in page
    assert "edited" in page
    assert "It is broken" not in page
    assert "It is slow" in (await visitor.get("/signin")).text, "the banner as well"

    async def told(path: str) -> list[tuple[str, str]]:
        entries = ET.fromstring((await visitor.get(path)).text).iter(f"{ATOM}entry")
        return [
            (entry.findtext(f"{ATOM}title", ""), entry.findtext(f"{ATOM}summary", ""))
            for entry in entries
        ]

    assert sorted(await told("/announcements.atom")) == [
        ("Information", "We move"),
        ("Warning", "It is slow"),
    ]
    assert await told("/status.atom") == [("Warning", "It is slow")]
    await other.post("/office/announcements", f"{found[1]}/end")
    assert await told("/status.atom") == [("Warning (over)", "It is slow")]
    await other.get(found[1], 303)


async def test_an_unlisted_api_is_nowhere_for_those_who_do_not_hold_it(
    visitor: Any, browser: Any, other: Any
) -> None:
    """Reference, downloads, changes, Try it, search: 404 or without it. Its holder goes on."""
    database = visitor.services.database
    paths = (
        "/apis/echo",
        "/apis/echo/openapi.json",
        "/apis/echo/changes",
        "/apis/echo/changes.atom",
        "/apis/echo/operations/create-resource",
        "/apis/echo/operations/create-resource/console",
    )
    lists = ("/", "/apis", "/changelog", "/changelog.atom", "/postman.json", "/search?q=echo")
    await browser.post("/products/starter-kit", "/products/starter-kit", {"name": "Mine"})
    await database.write(save_api_note, ApiNote("echo", published=0))
    for path in paths:
        await browser.get(path)
        for stranger in (visitor, other):
            await stranger.get(path, 404)
    for path in lists:
        for stranger in (visitor, other):
            text = (await stranger.get(path)).text
            assert "/apis/echo" not in text, path
            assert "/echo/resource" not in text, path
    assert "/apis/echo" in (await browser.get("/apis")).text
    olga = await other.sign_in("olga@op.test", "operator")
    assert olga
    await other.get("/apis/echo")
