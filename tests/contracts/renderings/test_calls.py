"""Protects that a call is encoded once and correctly, whatever the values hold."""

from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from tests.contracts import documents
from workswith.contracts.binding import bind
from workswith.contracts.renderings.calls import compose

DOCUMENT = documents.compiled()
API = bind(DOCUMENT, documents.handlers())
GET, POST = DOCUMENT.operations


def test_examples_make_a_call() -> None:
    call = compose(DOCUMENT, POST, "https://api.example/", key="k", token="t")
    assert call.url == "https://api.example/lamp/v1/lamps/a-1"
    assert call.headers == (
        ("Ocp-Apim-Subscription-Key", "k"),
        ("Authorization", "Bearer t"),
        ("Content-Type", "application/json"),
    )
    assert call.body == '{\n  "level": 50\n}'
    assert compose(DOCUMENT, GET, "https://a").url.endswith("/lamps/a-1?level=1")


def test_empty_values_are_left_out() -> None:
    call = compose(DOCUMENT, GET, "https://a", values={"level": ""})
    assert call.url == "https://a/lamp/v1/lamps/{lampId}"
    assert ("Authorization", "Bearer {access token}") in call.headers


@given(
    st.text(
        st.characters(categories=["L", "N", "P", "S"], exclude_characters="/\\."),
        min_size=1,
        max_size=60,
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
def test_values_arrive_as_they_were(lamp: str, level: str) -> None:
    url = urlsplit(compose(DOCUMENT, GET, "https://a", values={"lampId": lamp, "level": level}).url)
    found = API.find("GET", url.path.removeprefix("/lamp/v1"))
    assert found is not None
    assert found[1] == {"lampId": lamp}
    assert parse_qsl(url.query, keep_blank_values=True) == [("level", level)]
    assert unquote(url.path).startswith("/lamp/v1/lamps/")
