"""Protects 406: refused is only who really takes no JSON. [GTW-2]"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith.contracts.accepting import accepts

JSON = ("application/json",)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "  ",
        "*/*",
        "*",
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/*",
        "text/html, application/json;q=0.1",
        "text/html, */*;q=0.1",
        "application/json;q=x",
        "application/json;q=",
        "application/json;;q=5",
        "text/html, image/gif, *; q=.2, */*; q=.2",
    ],
)
def test_taken(header: str | None) -> None:
    assert accepts(header, JSON)


@pytest.mark.parametrize(
    "header",
    [
        "text/html",
        "application/xml, text/*",
        "application/json;q=0",
        "application/json;q=0, */*",
        "*/*;q=0.000",
        "json",
        "applicationjson",
        "text/json",
    ],
)
def test_refused(header: str) -> None:
    assert not accepts(header, JSON)


def test_an_answer_of_any_type_suits_everyone() -> None:
    assert accepts("text/html", ("*/*",))


@given(st.text())
def test_no_header_breaks_it(header: str) -> None:
    accepts(header, JSON)
