"""Protects the data of the reference page: complete, in order, with the leniency said."""

from pathlib import Path

import pytest

import workswith.apis
from workswith.contracts import Document, load
from workswith.contracts.renderings.reference import body_view, menu, page

FOLDER = Path(workswith.apis.__file__).parent
DOCUMENTS = [load(path) for path in sorted(FOLDER.glob("*.yaml"))]
SMARTHER = next(each for each in DOCUMENTS if each.slug == "smarther-v2.0")
ECHO = next(each for each in DOCUMENTS if each.slug == "echo")
ORIGIN = "https://api.example"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.slug)
def test_every_operation_has_a_page(document: Document) -> None:
    assert [item.operation_id for item in menu(document)] == [o.id for o in document.operations]
    for operation in document.operations:
        got = page(document, operation, ORIGIN)
        assert got.request_url.startswith(f"{ORIGIN}{document.base_path}/")
        assert {each.status for each in (*got.responses, *got.errors)} == set(operation.responses)
        assert all(each.reason and each.samples for each in got.errors)
        assert [h.name for h in got.headers][:2] == ["Ocp-Apim-Subscription-Key", "Authorization"]


def test_set_status_page() -> None:
    operation = SMARTHER.operation("Set-Chronothermostat-Status")
    got = page(SMARTHER, operation, ORIGIN)
    assert got.scope == "comfort.write"
    assert got.body is not None
    by_path = {row.path: row for row in got.body.rows}
    assert by_path["mode"].limits == ("one of: automatic, manual, boost, off, protection",)
    assert by_path["setPoint"].limits == ("needed for mode manual",)
    assert by_path["setPoint.value"].type == "string"
    assert "needed for mode boost" in by_path["activationTime"].limits
    assert "°C" in got.body.accepts
    accepted = {row.path: row.type for row in got.body.accepted}
    assert accepted["setPoint.value"] == "string or number"
    assert got.body.samples[0].text.startswith('{\n  "function": "heating"')
    reasons = {each.status: each.reason for each in got.errors}
    assert reasons[430] == "Wrong input parameters"
    assert reasons[404] == "Not Found"
    assert {each.status for each in got.errors if each.origin} == {403, 406}


def test_request_url_shows_what_may_be_left_out() -> None:
    got = page(ECHO, ECHO.operation("retrieve-resource"), ORIGIN)
    assert got.request_url == "https://api.example/echo/resource?param1={param1}[&param2]"
    assert "any scope" in got.headers[1].description
    assert got.parameters[0].accepts


def test_notification_can_be_shown() -> None:
    (notification,) = SMARTHER.notifications
    view = body_view(notification.body)
    assert "[].data.chronothermostats[].setPoint.value" in {row.path for row in view.rows}
