"""Protects Echo: what it returns, and above all what it must not. [API-1]"""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workswith.apis
from workswith.apis import echo
from workswith.apis.xml import to_xml
from workswith.contracts import load
from workswith.contracts.binding import Answer, Handler, Request, bind
from workswith.kernel.clock import HOUR

DOCUMENT = load(Path(workswith.apis.__file__).parent / "echo.yaml")


def request(name: str, **members: Any) -> Request:
    return Request(operation=DOCUMENT.operation(name), **members)


async def answer_of(handler: Handler, asked: Request) -> Answer:
    """At once, or when it has been waited for."""
    found = handler(asked)
    return found if isinstance(found, Answer) else await found


async def answer(name: str, **members: Any) -> Answer:
    return await answer_of(echo.handlers()[name], request(name, **members))


def test_handlers_are_exactly_the_operations() -> None:
    bind(DOCUMENT, echo.handlers())


async def test_create_answers_xml() -> None:
    """A client in use checks that any JSON object gets 200; the body comes back as XML."""
    train = {"vehicleType": "train", "maxSpeed": 125, "avgSpeed": 90, "speedUnit": "mph"}
    got = await answer("create-resource", body=train)
    assert got.status == 200
    assert got.media_type.startswith("application/xml")
    documented = DOCUMENT.operation("create-resource").success.examples[0].value
    assert got.body.decode() == documented


async def test_put_and_get_return_the_body_as_it_came() -> None:
    for name in ("modify-resource", "retrieve-resource"):
        got = await answer(name, raw=b"\x00\xff", headers={"content-type": "text/plain"})
        assert (got.body, got.media_type) == (b"\x00\xff", "text/plain")
    assert (await answer("modify-resource")).body is None
    assert (await answer("modify-resource", raw=b"x")).media_type == "application/octet-stream"


async def test_head_adds_the_sample() -> None:
    got = await answer("retrieve-header-only", headers={"x-my-sample": "mine", "x-a": "b"})
    assert got.headers["x-my-sample"] == "This is a sample"
    assert got.headers["x-a"] == "b"
    assert got.body is None


async def test_delete_returns_headers() -> None:
    got = await answer("remove-resource", headers={"x-a": "b"})
    assert (got.status, got.body, got.headers["x-a"]) == (200, None, "b")


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "ocp-apim-subscription-key",
        "x-api-key",
        "x-access-token",
        "host",
        "connection",
        "transfer-encoding",
        "content-length",
        "content-security-policy",
        "content-encoding",
        "location",
        "refresh",
        "access-control-allow-origin",
        "strict-transport-security",
        "clear-site-data",
        "x-forwarded-for",
        "cache-control",
    ],
)
def test_never_sent_back(name: str) -> None:
    assert echo.echoed({name: "evil"}).get(name) != "evil"


@pytest.mark.parametrize(
    "text", ["a\r\nset-cookie: x=1", "a\nb", "\0", "ä", "a\x0b", "", " ", "x" * 3000]
)
def test_nothing_can_be_injected(text: str) -> None:
    assert "x-a" not in echo.echoed({"x-a": text})


@given(st.dictionaries(st.text(), st.text()))
def test_headers_are_always_clean(headers: dict[str, str]) -> None:
    for name, text in echo.echoed(headers).items():
        assert (name + text).isascii()
        assert (name + text).isprintable()
        assert ":" not in name


async def test_body_of_a_caller_is_never_a_page() -> None:
    got = await answer("modify-resource", raw=b"<script>", headers={"content-type": "text/html"})
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    bad = await answer("modify-resource", raw=b"x", headers={"content-type": "text/html\r\nx: y"})
    assert bad.media_type == "application/octet-stream"


async def test_cached_answer_lives_an_hour() -> None:
    """Later calls get the first call's headers, until the clock says otherwise."""
    cached = echo.handlers()["retrieve-resource-cached"]

    async def call(now: int, mark: str, **headers: str) -> str:
        made = request(
            "retrieve-resource-cached",
            query={"param1": "a"},
            headers={"x-mark": mark, **headers},
            now=now,
        )
        return (await answer_of(cached, made)).headers["x-mark"]

    assert await call(0, "first") == "first"
    assert await call(HOUR - 1, "second") == "first"
    assert await call(HOUR - 1, "third", accept="text/html") == "third"
    assert await call(HOUR - 1, "fourth", **{"accept-charset": "utf-8"}) == "fourth"
    assert await call(HOUR, "fifth") == "fifth"
    assert await call(HOUR + 1, "sixth") == "fifth"


async def test_cache_varies_on_parameters_not_on_the_key_and_is_bounded() -> None:
    cached = echo.handlers()["retrieve-resource-cached"]

    async def call(mark: str, **query: str) -> str:
        made = request("retrieve-resource-cached", query=query, headers={"x-mark": mark})
        return (await answer_of(cached, made)).headers["x-mark"]

    assert await call("a", param1="1", **{"subscription-key": "k1"}) == "a"
    assert await call("b", param1="1", **{"subscription-key": "k2"}) == "a"
    assert await call("c", param1="2") == "c"
    for number in range(echo.KEPT_AT_MOST):
        await call("x", param1=f"many {number}")
    assert await call("d", param1="1") == "d"


async def test_cached_answer_cannot_be_changed_from_outside() -> None:
    cached = echo.handlers()["retrieve-resource-cached"]
    first = await answer_of(cached, request("retrieve-resource-cached", headers={"x-a": "b"}))
    first.headers["x-a"] = "changed"
    again = await answer_of(cached, request("retrieve-resource-cached"))
    assert again.headers["x-a"] == "b"


# --- XML


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, "<Document></Document>"),
        ({"a": None}, "<Document><a /></Document>"),
        (
            {"a": [1, [2], {"b": True}]},
            "<Document><a>1</a><a><a>2</a></a><a><b>true</b></a></Document>",
        ),
        ({"a": "<&>\r"}, "<Document><a>&lt;&amp;&gt;&#xD;</a></Document>"),
        ({"1 a": 1.5}, "<Document><_x0031__x0020_a>1.5</_x0031__x0020_a></Document>"),
        ({"": "\x01"}, "<Document><_x0000_>\ufffd</_x0000_></Document>"),
        ({"a_x0020_b": ""}, "<Document><a_x005F_x0020_b /></Document>"),
    ],
)
def test_json_to_xml(value: dict[str, object], expected: str) -> None:
    assert to_xml(value) == expected


_json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), _json))
def test_xml_is_always_well_formed(value: dict[str, object]) -> None:
    """Whatever the members are called, no element can be smuggled in."""
    root = ET.fromstring(to_xml(value))
    assert root.tag == "Document"
