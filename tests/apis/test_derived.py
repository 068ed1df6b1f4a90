"""What follows from the documents alone: every operation against every way to be refused. [GTW-5]

A new API is held against all of this as soon as its document is in the catalogue.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, TypedDict, Unpack

import jsonschema_rs
import pytest

from tests.apis import derived, hostile
from tests.apis.derived import Reply, World
from workswith.apis import documents
from workswith.contracts.conformance import answer_misfits
from workswith.contracts.document import Body, Document, Operation

OPERATIONS = [
    (document, operation) for document in documents().values() for operation in document.operations
]


def _name(document: Document, operation: Operation) -> str:
    return f"{document.slug}-{operation.id}"


def each_of(operations: list[tuple[Document, Operation]]) -> pytest.MarkDecorator:
    names = [_name(*each) for each in operations]
    return pytest.mark.parametrize(("document", "operation"), operations, ids=names)


class Who(TypedDict, total=False):
    """Who calls: names of `World`'s keys and tokens."""

    key: str | None
    token: str | None


KEY_MISSING = "Access denied due to missing subscription key."
KEY_INVALID = "Access denied due to invalid subscription key."
REFUSALS: dict[str, tuple[Who, int, str]] = {
    "no key": ({"key": None}, 401, KEY_MISSING),
    "wrong key": ({"key": "wrong"}, 401, KEY_INVALID),
    "key of another product": ({"key": "empty"}, 401, KEY_INVALID),
    "no token": ({"token": None}, 401, "JWT not present."),
    "expired token": ({"token": "expired"}, 401, "The access token is expired."),
    "id_token": ({"token": "id_token"}, 401, "Invalid JWT"),
    "missing scope": ({"token": "no scope"}, 403, "Operation forbidden"),
    "spent quota": ({"key": "spent"}, 403, "Out of call volume quota."),
}
PLANT_IDS = {"plantId", "siteId"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with derived.opened(tmp_path_factory.mktemp("derived")) as opened:
        # The only call of the day: of the end-user, and of the application's owner.
        opened.run(opened.call("GET", "/hc/api/v1.0/plants", key="spent"))
        opened.run(opened.call("GET", "/notifications/v1.0/endpoints", key="spent"))
        yield opened


def ask(
    world: World,
    document: Document,
    operation: Operation,
    value: Any = None,
    *,
    changed: dict[str, str] | None = None,
    **who: Unpack[Who],
) -> Reply:
    """Calls an operation as its document says; whatever comes back has to be in the document."""
    body = b""
    headers = {}
    if operation.body:
        body = encoded(operation.body, operation.body.examples[0].value if value is None else value)
        headers["content-type"] = "application/json"
    target = world.target(document, operation, **(changed or {}))
    call = world.call(operation.method, target, body=body, headers=headers, **who)
    reply: Reply = world.run(call)
    if operation.method != "HEAD":
        assert answer_misfits(operation, reply.status, reply.body) == [], reply
    assert reply.status < 500
    assert reply.headers["x-flow-id"]
    return reply


def encoded(body: Body, value: Any) -> bytes:
    return (
        json.dumps(value).encode() if body.is_json or not isinstance(value, str) else value.encode()
    )


@pytest.mark.parametrize(
    ("document", "operation", "case"),
    [
        pytest.param(document, operation, case, id=f"{_name(document, operation)}-{case}")
        for document, operation in OPERATIONS
        for case in REFUSALS
        if operation.scope or case != "missing scope"  # Echo takes any token
    ],
)
def test_the_gateway_refuses(
    world: World, document: Document, operation: Operation, case: str
) -> None:
    who, status, message = REFUSALS[case]
    reply = ask(world, document, operation, **who)
    assert reply.status == status
    if operation.method != "HEAD":
        assert json.loads(reply.body)["message"].startswith(message)
    if case == "spent quota":
        assert int(reply.headers["retry-after"]) > 0
        assert re.search(r"\d\d:\d\d:\d\d\.", reply.body.decode()) or operation.method == "HEAD"
    elif status == 401:
        assert "realm=" in reply.headers["www-authenticate"]


OF_A_PLANT = [
    (document, operation)
    for document, operation in OPERATIONS
    if PLANT_IDS & {p.name for p in operation.parameters_in("path")}
]


@each_of(OF_A_PLANT)
def test_somebody_elses_plant_does_not_exist(
    world: World, document: Document, operation: Operation
) -> None:
    status = ask(world, document, operation, token="somebody else").status
    if operation.id == "Delete-subscription-to-C2C-notifications":
        assert status in {400, 404}
    else:
        assert status == 404


@each_of(OF_A_PLANT)
def test_a_plant_of_another_api_does_not_exist(
    world: World, document: Document, operation: Operation
) -> None:
    mine = derived.PLANT_OF[document.slug]
    others = {each for each in derived.PLANT_OF.values() if each != mine}
    told = world.cloud.document
    for plant in (*told["plants"], *told["later_plants"]):
        if plant["api"] in others:
            changed = dict.fromkeys(PLANT_IDS, plant["id"])
            assert ask(world, document, operation, changed=changed).status == 404


@each_of(OPERATIONS)
def test_ids_that_are_none_are_refused(
    world: World, document: Document, operation: Operation
) -> None:
    names = [each.name for each in operation.parameters_in("path")]
    for name in names:
        for text in ("x", "0" * 32, "00000000-0000-0000-0000-000000000000", "ü' OR 1=1", "9" * 250):
            status = ask(world, document, operation, changed={name: text}).status
            assert status in {400, 404}, f"{name}={text}"


@each_of(OPERATIONS)
def test_every_example_gets_a_documented_answer(
    world: World, document: Document, operation: Operation
) -> None:
    """`ask` compares; what is in an example may have passed by, so its status is left open."""
    examples = operation.body.examples if operation.body else (None,)
    for example in examples:
        ask(world, document, operation, example and example.value)


@each_of([each for each in OPERATIONS if each[0].slug == "home-control-v1.0"])
def test_no_answer_of_home_control_is_to_be_cached(
    world: World, document: Document, operation: Operation
) -> None:
    reply = ask(world, document, operation)
    if operation.method == "GET":
        assert reply.status == 200
        assert reply.headers["content-type"] == "application/json; charset=utf-8"
    if reply.status == 200:
        assert (reply.headers["cache-control"], reply.headers["expires"]) == ("no-cache", "-1")


def wrong_values(schema: Any) -> Iterator[tuple[str, Any]]:
    """Values that a schema of a member might refuse, each with a word for it."""
    yield "another type", {"wrong": True}
    yield "null", None
    yield "a list", ["wrong"]
    yield "unknown text", "§"
    yield "much text", "x" * 5_000
    for edge, step in (("minimum", -1), ("maximum", 1)):
        if edge in schema:
            yield edge, schema[edge] + step
            yield f"{edge}, as text", str(schema[edge] + step)


def wrong_bodies(body: Body) -> Iterator[tuple[str, Any]]:
    """Each example with one thing wrong that the schema which decides does refuse."""
    schema = (body.accepts or body).schema
    validator = jsonschema_rs.Draft202012Validator(dict(schema))
    for example in body.examples:
        if not isinstance(example.value, dict):
            continue
        for name in example.value:
            fewer = {key: value for key, value in example.value.items() if key != name}
            candidates = [("missing", fewer)]
            member = schema.get("properties", {}).get(name, {})
            candidates += [
                (why, {**example.value, name: wrong}) for why, wrong in wrong_values(member)
            ]
            for below in example.value[name] if isinstance(example.value[name], dict) else ():
                inner = member.get("properties", {}).get(below, {})
                candidates += [
                    (
                        f"{below}: {why}",
                        {**example.value, name: {**example.value[name], below: wrong}},
                    )
                    for why, wrong in wrong_values(inner)
                ]
            for why, value in candidates:
                if not validator.is_valid(value):
                    yield f"{example.name}: {name}: {why}", value
    yield "no object", []


WITH_JSON = [each for each in OPERATIONS if each[1].body and each[1].body.is_json]


@each_of(WITH_JSON)
def test_every_invalid_field_is_refused(
    world: World, document: Document, operation: Operation
) -> None:
    assert operation.body
    for why, value in wrong_bodies(operation.body):
        status = ask(world, document, operation, value).status
        assert status in {400, 430}, why


@each_of([each for each in OPERATIONS if each[1].parameters_in("query")])
def test_every_invalid_query_is_refused(
    world: World, document: Document, operation: Operation
) -> None:
    for parameter in operation.parameters_in("query"):
        schema = (parameter.accepts or parameter).schema
        validator = jsonschema_rs.Draft202012Validator(dict(schema))
        for _, value in wrong_values(schema):
            if isinstance(value, str | int) and not validator.is_valid(value):
                changed = {parameter.name: str(value)}
                assert ask(world, document, operation, changed=changed).status == 400


@each_of([each for each in OPERATIONS if 406 in each[1].responses])
def test_an_accept_header_that_excludes_json(
    world: World, document: Document, operation: Operation
) -> None:
    target = world.target(document, operation)
    headers = {"accept": "text/html"}
    reply = world.run(world.call(operation.method, target, headers=headers))
    assert reply.status == 406
    assert answer_misfits(operation, 406, reply.body) == []


@each_of(OPERATIONS)
def test_another_method_is_an_unknown_path(
    world: World, document: Document, operation: Operation
) -> None:
    target = world.target(document, operation)
    reply = world.run(world.call("PATCH", target))
    assert (reply.status, json.loads(reply.body)["message"]) == (404, "Resource not found")


def withstands(world: World, operation: Operation, target: str, body: bytes, sort: str) -> None:
    headers = {"content-type": sort} if body else {}
    reply = world.run(world.call(operation.method, target, body=body, headers=headers))
    assert reply.status < 500, (target, body[:200])
    assert "x-flow-id" in reply.headers
    if operation.method != "HEAD":
        assert answer_misfits(operation, reply.status, reply.body) == [], (target, body[:200])


@each_of([each for each in OPERATIONS if each[1].body])
def test_no_body_is_too_much(world: World, document: Document, operation: Operation) -> None:
    assert operation.body
    target = world.target(document, operation)
    for body in hostile.bodies(operation.body):
        for sort in ("application/json", "application/x-www-form-urlencoded"):
            withstands(world, operation, target, body, sort)


@each_of(OPERATIONS)
def test_no_query_is_too_much(world: World, document: Document, operation: Operation) -> None:
    target = world.target(document, operation).partition("?")[0]
    for query in hostile.QUERIES:
        withstands(world, operation, f"{target}?{query}", b"", "")
