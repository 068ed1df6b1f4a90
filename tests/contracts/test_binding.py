"""Protects that a program with an incomplete contract never starts. [GTW-5]"""

from typing import Any

import pytest

from tests.contracts import documents
from workswith.contracts.binding import bind
from workswith.contracts.document import ContractError


def refusal(raw: dict[str, Any], handlers: Any = None) -> str:
    with pytest.raises(ContractError) as refused:
        bind(documents.compiled(raw), documents.handlers() if handlers is None else handlers)
    return "\n".join(refused.value.flaws)


def test_a_complete_document_is_bound() -> None:
    api = bind(documents.compiled(), documents.handlers())
    found = api.find("POST", "/lamps/a-1")
    assert found is not None
    bound, path = found
    assert (bound.operation.id, path) == ("Set-Lamp", {"lampId": "a-1"})
    assert bound.handler is documents.nothing
    assert api.find("PUT", "/lamps/a-1") is None


def test_unbound_and_undocumented_are_both_named() -> None:
    text = refusal(documents.raw(), documents.handlers("Get-Lamp", "Blow-Up"))
    assert "Set-Lamp has no handler" in text
    assert "the handler Blow-Up has no operation" in text


def test_everything_missing_is_named_at_once() -> None:
    raw = documents.raw()
    item = raw["paths"]["/lamps/{lampId}"]
    item["get"]["security"] = [{"key": []}]
    item["get"]["parameters"].append(
        {"name": "x", "in": "path", "description": "X.", "schema": {"type": "string"}}
    )
    item["post"]["security"] = []
    item["post"]["responses"] = {"500": {"description": "Broken."}}
    item["post"]["requestBody"]["content"]["application/json"]["examples"] = {}
    item["get"]["responses"]["200"]["content"]["application/json"]["examples"] = {
        "wrong": {"value": {"on": "yes"}}
    }
    item["get"]["responses"]["200"]["links"] = {
        "x": {"operationId": "Nobody", "parameters": {"y": "$response.body#/z"}}
    }
    text = refusal(raw)
    for part in (
        "Get-Lamp does not ask for both",
        "Set-Lamp does not ask for both",
        "Set-Lamp has no success answer",
        "Set-Lamp has no 4xx answer",
        "Set-Lamp: request body has no example",
        "Get-Lamp: x is not in the path",
        "Get-Lamp: parameter x has no example",
        "example 'wrong' at /on: type",
        "a link leads to 'Nobody'",
    ):
        assert part in text


def test_an_example_must_also_be_accepted() -> None:
    raw = documents.raw()
    media = raw["paths"]["/lamps/{lampId}"]["post"]["requestBody"]["content"]["application/json"]
    media["x-accepts"] = {"description": "Less.", "schema": {"properties": {"level": False}}}
    assert "x-accepts: example 'half'" in refusal(raw)


def test_an_operation_is_found_at_each_of_its_spellings() -> None:
    raw = documents.raw()
    raw["paths"]["/lamps/{lampId}"]["x-also-at"] = ["/lamps/{lampId}/"]
    api = bind(documents.compiled(raw), documents.handlers())
    for path in ("/lamps/a-1", "/lamps/a-1/"):
        found = api.find("GET", path)
        assert found is not None
        assert found[1] == {"lampId": "a-1"}
    assert api.find("GET", "/lamps/a-1//") is None
