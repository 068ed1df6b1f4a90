"""Protects the line between 400, 406, 413 and 430."""

from typing import Any

import pytest

from tests.contracts import documents
from workswith.contracts.binding import BoundOperation, bind
from workswith.kernel.problem import Kind, Problem


def bound(name: str, raw: dict[str, Any] | None = None) -> BoundOperation:
    api = bind(documents.compiled(raw), documents.handlers())
    return next(each for each in api.operations if each.operation.id == name)


def refused(operation: BoundOperation, **call: Any) -> Problem:
    query, headers, raw = call.get("query", {}), call.get("headers", {}), call.get("raw", b"")
    with pytest.raises(Problem) as problem:
        operation.check(
            query, headers, raw, **({"limit": call["limit"]} if "limit" in call else {})
        )
    return problem.value


@pytest.mark.parametrize(
    ("raw", "kind", "field"),
    [
        (b"[]", Kind.MALFORMED, ""),
        (b"null", Kind.MALFORMED, ""),
        (b"{}", Kind.MALFORMED, "level"),
        (b'{"level":"5"}', Kind.MALFORMED, "level"),
        (b'{"level":true}', Kind.MALFORMED, "level"),
        (b'{"level":101}', Kind.INVALID, "level"),
        (b'{"level":1,"mode":"dim"}', Kind.INVALID, "mode"),
        (b'{"level":500,"mode":7}', Kind.MALFORMED, "mode"),
    ],
)
def test_malformed_and_invalid(raw: bytes, kind: Kind, field: str) -> None:
    """What cannot be read goes before what is not allowed."""
    problem = refused(bound("Set-Lamp"), raw=raw)
    assert (problem.kind, problem.field) == (kind, field)


def test_without_430_everything_is_400() -> None:
    raw = documents.raw()
    del raw["paths"]["/lamps/{lampId}"]["post"]["responses"]["430"]
    assert refused(bound("Set-Lamp", raw), raw=b'{"level":101}').kind is Kind.MALFORMED


def test_the_value_is_not_repeated() -> None:
    """It may be ten thousand characters long, or somebody's secret."""
    problem = refused(bound("Set-Lamp"), raw=b'{"level":1,"mode":"' + b"s" * 10_000 + b'"}')
    assert problem.kind is Kind.INVALID
    assert "sss" not in f"{problem.detail}{problem.hint}{problem.field}"


def test_size_limit() -> None:
    operation = bound("Set-Lamp")
    raw = b'{"level":1}'
    assert operation.check({}, {}, raw, len(raw)) == {"level": 1}
    assert refused(operation, raw=raw, limit=len(raw) - 1).kind is Kind.TOO_LARGE


@pytest.mark.parametrize("media_type", ["", "text", "application/json", "text/xml", "x"])
def test_content_type_does_not_matter(media_type: str) -> None:
    headers = {"content-type": media_type} if media_type else {}
    assert bound("Set-Lamp").check({}, headers, b'{"level":1,"more":[1]}')["level"] == 1


def test_accept_matters_where_406_is_documented() -> None:
    html = {"accept": "text/html"}
    problem = refused(bound("Get-Lamp"), query={"level": "1"}, headers=html)
    assert problem.kind is Kind.UNACCEPTABLE
    assert bound("Set-Lamp").check({}, html, b'{"level":1}') == {"level": 1}


@pytest.mark.parametrize("text", ["", "x", "1.5", "9", "-1", "\0", "\ud800", "1" * 5000, "true"])
def test_query_parameters_are_checked(text: str) -> None:
    problem = refused(bound("Get-Lamp"), query={"level": text})
    assert (problem.kind, problem.field) == (Kind.MALFORMED, "level")


def test_query_parameter_missing() -> None:
    assert refused(bound("Get-Lamp")).field == "level"


def test_body_of_an_operation_without_one_is_not_read() -> None:
    """Clients in use send GET with an empty JSON body, or anything."""
    assert bound("Get-Lamp").check({"level": "2"}, {}, b"\xff not json") is None


def with_form() -> BoundOperation:
    raw = documents.raw()
    media = raw["paths"]["/lamps/{lampId}"]["post"]["requestBody"]["content"]["application/json"]
    media["x-accepts"] = {
        "description": "Also a form.",
        "media_types": ["application/json", "application/x-www-form-urlencoded"],
        "schema": media["schema"],
    }
    return bound("Set-Lamp", raw)


def test_a_form_is_taken_where_the_document_names_it() -> None:
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    operation = with_form()
    assert operation.check({}, form, b"level=5") == {"level": 5}
    assert operation.check({}, {"content-type": "Application/JSON"}, b'{"level":5}')["level"] == 5
    assert operation.check({}, {}, b'{"level":5}') == {"level": 5}
    assert refused(operation, headers=form, raw=b"level=high").field == "level"
    text = refused(operation, headers={"content-type": "text/plain"}, raw=b'{"level":5}')
    assert (text.kind, text.code) == (Kind.MALFORMED, "content_type")
