"""Protects the form of Try it and the call that it makes."""

import pytest

from tests.contracts import documents
from workswith.contracts.renderings.try_it import call, form

DOCUMENT = documents.compiled()
GET, POST = DOCUMENT.operations


def test_form() -> None:
    got = form(DOCUMENT, GET, "https://a")
    assert (got.url, got.scope, got.takes_body) == (
        "https://a/lamp/v1/lamps/{lampId}",
        "light.read",
        False,
    )
    assert [(f.name, f.value, f.required, f.remembers) for f in got.fields] == [
        ("path-lampId", "a-1", True, "lampId"),
        ("query-level", "1", True, ""),
    ]
    got = form(DOCUMENT, POST, "https://a")
    assert got.takes_body
    assert got.body == got.samples[0].text


def test_filled_form_makes_a_call() -> None:
    made = call(
        DOCUMENT,
        POST,
        "https://a",
        {"path-lampId": " b/c ", "body": '{"level":1}', "query-level": "2"},
        key="k",
        token="t",
    )
    assert made.url == "https://a/lamp/v1/lamps/b%2Fc"
    assert made.body == '{"level":1}'


def test_a_path_needs_its_parameters() -> None:
    with pytest.raises(ValueError, match="lampId"):
        call(DOCUMENT, GET, "https://a", {"query-level": "1"}, key="k", token="t")


def test_a_cleared_body_stays_empty() -> None:
    values = {"path-lampId": "a", "body": ""}
    assert call(DOCUMENT, POST, "https://a", values, key="k", token="t").body is None
