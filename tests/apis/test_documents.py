"""Protects the published documents: exact statuses and scopes, and what callers may send.

The tables are those of the contract (``smarther.md`` §1.2 and §5.1, ``homecontrol.md`` §4), written
down a second time, so that a slip in a document does not pass unseen.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import workswith.apis
from workswith.contracts import Document
from workswith.contracts.binding import Answer, Api, Request, bind
from workswith.contracts.completeness import flaws
from workswith.contracts.conformance import notification_misfits
from workswith.contracts.renderings.openapi import export
from workswith.gateway.statuses import TABLE
from workswith.kernel.problem import Kind, Problem

FOLDER = Path(workswith.apis.__file__).parent
DOCUMENTS = workswith.apis.documents()
SMARTHER, ECHO = DOCUMENTS["smarther"], DOCUMENTS["echo"]

DEVICE = {400, 401, 404, 408, 469, 470, 500}
NOTIFY = {400, 401, 404, 500}
STATUSES = {
    "Plants": ({200, 204} | DEVICE, "topology.read"),
    "Topology": ({200} | DEVICE, "topology.read"),
    "Get-Chronothermostat-Status": ({200} | DEVICE, "comfort.read"),
    "Set-Chronothermostat-Status": ({200, 430, 486} | DEVICE, "comfort.write"),
    "Chronothermostat-Measures": ({200} | DEVICE, "comfort.read"),
    "Chronothermostat-ProgramList": ({200} | DEVICE, "comfort.read"),
    "Subscribe-to-C2C-notifications": ({201, 409} | NOTIFY, "comfort.read"),
    "Delete-subscription-to-C2C-notifications": ({200} | NOTIFY, "comfort.read"),
    "Get-subscriptions-to-C2C-notifications": ({200, 204} | NOTIFY, "comfort.read"),
}
M = (
    "/chronothermostat/thermoregulation/addressLocation/plants/{plantId}"
    "/modules/parameter/id/value/{moduleId}"
)
ROUTES = {
    "Plants": ("GET", "/plants"),
    "Topology": ("GET", "/plants/{plantId}/topology"),
    "Get-Chronothermostat-Status": ("GET", M),
    "Set-Chronothermostat-Status": ("POST", M),
    "Chronothermostat-Measures": ("GET", f"{M}/measures"),
    "Chronothermostat-ProgramList": ("GET", f"{M}/programlist"),
    "Subscribe-to-C2C-notifications": ("POST", "/plants/{plantId}/subscription"),
    "Delete-subscription-to-C2C-notifications": (
        "DELETE",
        "/plants/{plantId}/subscription/{subscriptionId}",
    ),
    "Get-subscriptions-to-C2C-notifications": ("GET", "/subscription"),
}
ECHO_ROUTES = {
    "create-resource": ("POST", "/resource"),
    "modify-resource": ("PUT", "/resource"),
    "remove-resource": ("DELETE", "/resource"),
    "retrieve-header-only": ("HEAD", "/resource"),
    "retrieve-resource": ("GET", "/resource"),
    "retrieve-resource-cached": ("GET", "/resource-cached"),
}
MESSAGES = {
    400: {"Bad request"},
    404: {"Resource not found", "Gateway Offline"},
    406: {"Request not acceptable"},
    408: {"Request timeout"},
    409: {"Subscription already exists"},
    430: {"Wrong input parameters"},
    469: {
        "Password used in the Thermostat official app is expired. Please renew it through the official application."
    },
    470: {
        "Terms and conditions for Thermostat official app are expired. Please accept them again through the official application."
    },
    486: {"Busy visual user interface"},
    500: {"Server internal error"},
}


async def nothing(request: Request) -> Answer:
    return Answer()


OWN_WORDS = {
    "multisocket": {
        "A parameter is missing",
        "One of the specified parameter should be an array",
        "No Plug were found.",
    },
    "notifications-v1.0": {
        "Nothing has happened yet in a plant that this endpoint is subscribed to.",
        "The endpoint is not subscribed to the plant of this delivery any more.",
        "This Idempotency-Key came with another call before.",
    },
}
"""Sentences that an API has beside the common ones; its own tests show that they are sent."""


def said(error: dict[str, Any]) -> tuple[int, str]:
    """Status and sentence of an error, as most APIs and as Home + Control write it."""
    if "errors" in error:
        (only,) = error["errors"]
        return only["code"], only["userMessage"]
    return error["statusCode"], error["message"]


def api(document: Document) -> Api:
    return bind(document, {each.id: nothing for each in document.operations})


APIS = {name: api(document) for name, document in DOCUMENTS.items()}
OPERATIONS = [
    pytest.param(document, operation, id=f"{name}-{operation.id}")
    for name, document in DOCUMENTS.items()
    for operation in document.operations
]


def test_every_document_is_listed() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(DOCUMENTS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_complete(name: str) -> None:
    assert flaws(DOCUMENTS[name]) == []


def test_smarther_statuses_and_scopes() -> None:
    documented = {
        each.id: (
            {status for status, answer in each.responses.items() if not answer.origin},
            each.scope,
        )
        for each in SMARTHER.operations
    }
    assert documented == STATUSES
    assert {each.id: (each.method, each.path) for each in SMARTHER.operations} == ROUTES
    assert SMARTHER.base_path == "/smarther/v2.0"


def test_answers_published_elsewhere_are_marked() -> None:
    for operation in SMARTHER.operations:
        marked = {status for status, answer in operation.responses.items() if answer.origin}
        assert marked == {403, 406}


def test_echo_routes_and_no_scope() -> None:
    assert {each.id: (each.method, each.path) for each in ECHO.operations} == ECHO_ROUTES
    assert ECHO.base_path == "/echo"
    for operation in ECHO.operations:
        assert operation.secured
        assert operation.scope == ""
        assert min(operation.responses) == 200


@pytest.mark.parametrize(("document", "operation"), OPERATIONS)
def test_error_bodies_are_the_published_ones(document: Document, operation: Any) -> None:
    for response in operation.errors:
        for example in response.examples:
            code, message = said(example.value)
            assert code == response.status
            if response.status in MESSAGES:
                assert message in MESSAGES[response.status] | OWN_WORDS.get(document.slug, set())


@pytest.mark.parametrize(("document", "operation"), OPERATIONS)
def test_the_page_shows_what_the_gateway_sends(document: Document, operation: Any) -> None:
    """Every example of an error can really be met, word for word."""
    sent = [
        (row.status, re.escape(row.message).replace(r"\{wait\}", r"\d\d:\d\d:\d\d"))
        for row in TABLE
        if row.message
    ]
    for response in operation.errors:
        for example in response.examples:
            _, message = said(example.value)
            own = message in OWN_WORDS.get(document.slug, set())
            assert (
                own
                or response.status == 409
                or any(
                    status == response.status and re.fullmatch(text, message)
                    for status, text in sent
                )
            ), message


def test_bodies_of_the_gateway_to_the_byte() -> None:
    """The examples must not differ from what the gateway sends by as much as a blank."""
    (unauthorized,) = [a for a in SMARTHER.operations[0].errors if a.status == 401]
    by_name = {each.name: each.value for each in unauthorized.examples}
    lengths = {"missingKey": 152, "invalidKey": 143}
    for name, length in lengths.items():
        text = by_name[name]["message"]
        assert len(f'{{ "statusCode": 401, "message": "{text}" }}') == length


@pytest.mark.parametrize(("document", "operation"), OPERATIONS)
def test_every_example_passes_the_check(document: Document, operation: Any) -> None:
    """Whatever the page shows as an example can be sent as it stands."""
    values = {each.name: str(each.example) for each in operation.parameters}
    path = operation.path
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    found = next(each for each in APIS.values() if each.document is document).find(
        operation.method, path
    )
    assert found is not None
    assert found[0].operation.id == operation.id
    query = {each.name: values[each.name] for each in operation.parameters_in("query")}
    for example in operation.body.examples if operation.body else ():
        raw = json.dumps(example.value).encode()
        parsed = found[0].check(query, {}, raw)
        assert parsed == (example.value if operation.body.is_json else None)
    if not operation.body:
        assert found[0].check(query, {}, b"") is None


# --- what the thermostat takes


def set_status(body: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    (bound,) = [
        each
        for each in APIS["smarther"].operations
        if each.operation.id == "Set-Chronothermostat-Status"
    ]
    return bound.check({}, {}, raw)


def command(mode: str, **members: Any) -> dict[str, Any]:
    return {"function": "heating", "mode": mode, **members}


def point(value: Any, **more: Any) -> dict[str, Any]:
    return command("manual", setPoint={"value": value, **more})


HALF = "2024-01-12T20:00:00"
TIMES = [
    HALF,
    f"{HALF}Z",
    f"{HALF}.000+01:00",
    f"{HALF}.5",
    "2024-1-2T20:00:00",
    f"{HALF}/{HALF}",
    f"{HALF}Z/{HALF}Z",
    f"{HALF}.000+01:00/2019-03-18T23:30:00.000+01:00",
    f"{HALF}/{HALF}-0100",
]


@pytest.mark.parametrize(
    "body",
    [
        command("off"),
        command("protection"),
        {"function": "HEATING", "mode": "OFF"},
        {"function": "Cooling", "mode": "pRoTeCtIoN"},
        point("21.0", unit="C"),
        point(21.5, unit="°C"),
        point(7),
        point("3"),
        point("40.00000"),
        point(40),
        point("18.00000", unit="c"),
        command("manual", setPoint={"value": "20"}, programs=[], activationTime=""),
        command("MANUAL", setPoint={"value": "20"}, programs=[{"number": 1}]),
        command("automatic", programs=[{"number": 0}]),
        command("AUTOMATIC", programs=[{"number": "11"}], setPoint={"value": "19", "unit": "C"}),
        command("off", activationTime=f"{HALF}/{HALF}", surplus={"a": [None]}, _id="x" * 10_000),
        *(command("boost", activationTime=each) for each in TIMES),
        *(command("manual", setPoint={"value": 20}, activationTime=each) for each in TIMES),
    ],
)
def test_taken_as_by_the_original(body: dict[str, Any]) -> None:
    assert set_status(body) == body


LONG = "9" * 10_000


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Kind.MALFORMED),
        (b"null", Kind.MALFORMED),
        ([], Kind.MALFORMED),
        ("heating", Kind.MALFORMED),
        ({}, Kind.MALFORMED),
        ({"function": "heating"}, Kind.MALFORMED),
        ({"mode": "off"}, Kind.MALFORMED),
        ({"function": 1, "mode": "off"}, Kind.MALFORMED),
        ({"function": "heating", "mode": False}, Kind.MALFORMED),
        ({"Function": "heating", "mode": "off"}, Kind.MALFORMED),
        (command("manual", setPoint=20), Kind.MALFORMED),
        (command("manual", setPoint={}), Kind.MALFORMED),
        (point(None), Kind.MALFORMED),
        (point([20]), Kind.MALFORMED),
        (command("automatic", programs={"number": 1}), Kind.MALFORMED),
        (command("automatic", programs=[1]), Kind.MALFORMED),
        (command("automatic", programs=[{}]), Kind.MALFORMED),
        (command("boost", activationTime=30), Kind.MALFORMED),
        (b'{"function":"heating","mode":"off","mode":"off"}', Kind.MALFORMED),
        (command("off", note="\0"), Kind.MALFORMED),
        (command("auto"), Kind.INVALID),
        ({"function": "heat", "mode": "off"}, Kind.INVALID),
        ({"function": "heating ", "mode": "off"}, Kind.INVALID),
        ({"function": "heating", "mode": "off\n"}, Kind.INVALID),
        (command("manual"), Kind.INVALID),
        (command("automatic"), Kind.INVALID),
        (command("automatic", programs=[]), Kind.INVALID),
        (command("automatic", programs=[{"number": 1}, {"number": 2}]), Kind.INVALID),
        (command("automatic", programs=[{"number": 12}]), Kind.INVALID),
        (command("automatic", programs=[{"number": "12"}]), Kind.INVALID),
        (command("automatic", programs=[{"number": "-1"}]), Kind.INVALID),
        (command("BOOST"), Kind.INVALID),
        (command("boost", activationTime=""), Kind.INVALID),
        (command("boost", activationTime="soon"), Kind.INVALID),
        (command("boost", activationTime=f"{HALF}/"), Kind.INVALID),
        (command("off", activationTime=f" {HALF}"), Kind.INVALID),
        (command("off", activationTime=f"{HALF}." + LONG), Kind.INVALID),
        (point("2.9"), Kind.INVALID),
        (point(2.9), Kind.INVALID),
        (point("40.1"), Kind.INVALID),
        (point(40.0001), Kind.INVALID),
        (point("-20"), Kind.INVALID),
        (point("2e1"), Kind.INVALID),
        (point("20,5"), Kind.INVALID),
        (point(""), Kind.INVALID),
        (point("NaN"), Kind.INVALID),
        (point(LONG), Kind.INVALID),
        (point(1e300), Kind.INVALID),
        (point("20", unit="F"), Kind.INVALID),
        (point("20", unit=""), Kind.INVALID),
        (command("off" * 3000), Kind.INVALID),
    ],
)
def test_refused_with_400_or_430(body: Any, kind: Kind) -> None:
    with pytest.raises(Problem) as refused:
        set_status(body)
    assert refused.value.kind is kind


def test_endpoint_must_be_named_exactly() -> None:
    (bound,) = [
        each
        for each in APIS["smarther"].operations
        if each.operation.id == "Subscribe-to-C2C-notifications"
    ]
    good = {"EndPointUrl": "https://a.example/x", "description": "Rest Api"}
    assert bound.check({}, {}, json.dumps(good).encode()) == good
    for bad in ({"endPointUrl": "https://a"}, {"EndPointUrl": ""}, {"EndPointUrl": None}, {}):
        with pytest.raises(Problem) as refused:
            bound.check({}, {}, json.dumps(bad).encode())
        assert refused.value.kind is Kind.MALFORMED  # this operation has no 430


_noise = st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda below: (
        st.lists(below, max_size=4)
        | st.dictionaries(
            st.sampled_from(["function", "mode", "setPoint", "value", "programs", "number"])
            | st.text(max_size=5),
            below,
            max_size=5,
        )
    ),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))


@given(raw=_noise, accept=st.text(max_size=30), query=st.text(max_size=20))
def test_check_raises_only_problems(raw: bytes, accept: str, query: str) -> None:
    """Whatever comes, the answer is a documented error and never a stack trace."""
    for name, each in APIS.items():
        for bound in each.operations:
            try:
                bound.check({"param1": query, "param2": query}, {"accept": accept}, raw, 300)
            except Problem as problem:
                expected = {Kind.MALFORMED, Kind.UNACCEPTABLE, Kind.INVALID, Kind.TOO_LARGE}
                if problem.kind not in expected:
                    raise AssertionError(name) from problem


# --- for readers


def test_notification_example_conforms_to_itself() -> None:
    (notification,) = SMARTHER.notifications
    raw = json.dumps(notification.body.examples[0].value).encode()
    assert notification_misfits(notification, raw) == []
    assert notification_misfits(notification, b"[]")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_yaml_1_1_reader_sees_the_same(name: str) -> None:
    """`off` is quoted, so nobody's loader turns it into false."""
    text = (FOLDER / f"{name}.yaml").read_text("utf-8")
    assert yaml.safe_load(text) == DOCUMENTS[name].raw


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_schema_member_has_a_sentence(name: str) -> None:
    def walk(schema: Any, path: str) -> None:
        for member, below in schema.get("properties", {}).items():
            assert below.get("description"), f"{path}.{member}"
            walk(below, f"{path}.{member}")
        if "items" in schema:
            walk(schema["items"], f"{path}[]")

    document = DOCUMENTS[name]
    for operation in document.operations:
        if operation.body:
            walk(operation.body.schema, operation.id)
        for response in operation.responses.values():
            walk(response.schema or {}, f"{operation.id} {response.status}")
    for notification in document.notifications:
        walk(notification.body.schema, notification.name)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_export_has_real_addresses_and_nothing_of_ours(name: str) -> None:
    whole = export(DOCUMENTS[name], "https://api.example:8443", "https://login.example")
    text = json.dumps(whole)
    assert whole["servers"][0]["url"] == f"https://api.example:8443{DOCUMENTS[name].base_path}"
    kinds = {scheme["type"] for scheme in whole["components"]["securitySchemes"].values()}
    assert ('"tokenUrl": "https://login.example/token"' in text) == ("oauth2" in kinds)
    for ours in ("x-accepts", "x-also-at", "x-slug", "x-same-as", "x-published-in"):
        assert ours not in text
