"""Protects the reading of OpenAPI, and that every flaw of a document is named at once."""

import pytest

from tests.contracts import documents
from workswith.contracts.document import ContractError


def test_a_document_becomes_operations() -> None:
    document = documents.compiled()
    assert (document.slug, document.base_path) == ("lamp", "/lamp/v1")
    get, post = document.operations
    assert (get.id, get.method, get.path) == ("Get-Lamp", "GET", "/lamps/{lampId}")
    assert [each.name for each in get.parameters] == ["lampId", "level"]
    assert (get.scope, post.scope) == ("light.read", "light.write")
    assert document.scopes == ("light.read", "light.write")
    assert get.success.examples[0].value == {"on": True}
    assert post.success.schema is None
    assert post.body is not None
    assert post.body.examples[0].name == "half"
    assert document.operation("Set-Lamp") is post
    with pytest.raises(KeyError):
        document.operation("Nothing")


def test_every_flaw_is_named() -> None:
    raw = documents.raw()
    raw["openapi"] = "3.0.1"
    del raw["x-slug"]
    raw["servers"] = [{"url": "/lamp/"}]
    item = raw["paths"]["/lamps/{lampId}"]
    item["post"]["operationId"] = "Get-Lamp"
    item["get"]["responses"]["200"]["content"]["application/json"]["schema"] = {"type": "lamp"}
    item["get"]["responses"]["default"] = {"description": "Else."}
    item["post"]["security"] = [{"key": [], "login": ["a"]}, {"key": [], "login": ["b"]}]
    del item["post"]["description"]
    with pytest.raises(ContractError) as refused:
        documents.compiled(raw)
    text = "\n".join(refused.value.flaws)
    for part in (
        "not OpenAPI 3.1",
        "no x-slug",
        "'/lamp/'",
        "stands twice",
        "the schema is not one",
        "response default is not a status",
        "different scopes",
        "no description",
    ):
        assert part in text


def test_links_keep_their_pointer() -> None:
    raw = documents.raw()
    answer = raw["paths"]["/lamps/{lampId}"]["get"]["responses"]["200"]
    answer["links"] = {
        "set": {"operationId": "Set-Lamp", "parameters": {"lampId": "$response.body#/lamps/0/id"}}
    }
    (link,) = documents.compiled(raw).operations[0].success.links
    assert (link.operation, link.parameter, link.pointer) == (
        "Set-Lamp",
        "lampId",
        ("lamps", "0", "id"),
    )


def test_another_spelling_of_a_path_has_the_same_parameters() -> None:
    raw = documents.raw()
    item = raw["paths"]["/lamps/{lampId}"]
    item["x-also-at"] = ["/lamps/{lampId}/"]
    assert documents.compiled(raw).operations[0].also_at == ("/lamps/{lampId}/",)
    item["x-also-at"] = ["/lamps/"]
    with pytest.raises(ContractError, match="no spelling of"):
        documents.compiled(raw)
