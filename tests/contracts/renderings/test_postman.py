"""Protects that the collection runs from top to bottom without a person between. [PRT-3]"""

import json
import re
from pathlib import Path
from typing import Any

import workswith.apis
from workswith.contracts import load
from workswith.contracts.renderings.postman import SCHEMA, Flow, collection

FOLDER = Path(workswith.apis.__file__).parent
DOCUMENTS = [load(FOLDER / "smarther.yaml"), load(FOLDER / "echo.yaml")]
FLOW = Flow(
    login="https://login.example/",
    api="https://api.example",
    client_id="id",
    client_secret="secret",
    redirect_uri="https://app.example/cb?x=1&y=2",
    subscription_key="key",
)
WHOLE: dict[str, Any] = collection("Works with", DOCUMENTS, FLOW)
VARIABLES = {each["key"]: each["value"] for each in WHOLE["variable"]}
ITEMS = [item for folder in WHOLE["item"] for item in folder["item"]]


def script(item: dict[str, Any], listen: str = "test") -> str:
    return "\n".join(
        line
        for event in item["event"]
        if event["listen"] == listen
        for line in event["script"]["exec"]
    )


def test_folders_and_requests() -> None:
    assert WHOLE["info"]["schema"] == SCHEMA
    assert [folder["name"] for folder in WHOLE["item"]] == ["Authorization", "Smarther", "Echo"]
    assert [len(folder["item"]) for folder in WHOLE["item"]] == [3, 9, 6]
    assert [item["name"] for item in ITEMS[:3]] == [
        "GET /authorize",
        "POST /token (authorization_code)",
        "POST /token (refresh_token)",
    ]


def test_variables() -> None:
    assert VARIABLES.keys() >= {
        "login", "api", "client_id", "client_secret", "redirect_uri", "code", "access_token",
        "refresh_token", "subscription_key", "plant_id", "module_id", "subscription_id",
    }  # fmt: skip
    assert VARIABLES["login"] == "https://login.example"
    assert VARIABLES["subscription_key"] == "key"


def test_whatever_a_request_needs_was_kept_before_it() -> None:
    """Only the code comes from outside."""
    known = {key for key, value in VARIABLES.items() if value} | {"code"}
    for item in ITEMS:
        known |= set(re.findall(r'variables\.set\("(\w+)"', script(item, "prerequest")))
        used = set(re.findall(r"\{\{(\w+)\}\}", json.dumps(item["request"])))
        assert used <= known, item["name"]
        known |= set(re.findall(r'ollectionVariables\.set\("(\w+)"', script(item)))


def test_every_request_tests_its_status() -> None:
    statuses = [re.search(r'"Status code is (\d+)"', script(item)) for item in ITEMS]
    assert [found and found[1] for found in statuses] == (
        ["200"] * 3 + ["200"] * 6 + ["201", "200", "200"] + ["200"] * 6
    )


def test_a_subscription_is_made_listed_and_ended_in_this_order() -> None:
    names = [item["name"] for item in ITEMS]
    order = [names.index(name) for name in names if "C2C" in name]
    assert [names[at].split()[0] for at in order] == ["Subscribe", "Get", "Delete"]
    subscribe = ITEMS[order[0]]["request"]["body"]["raw"]
    assert json.loads(subscribe) == {"EndPointUrl": "{{endpoint_url}}"}


def test_saved_answers_are_the_documented_ones() -> None:
    status = next(item for item in ITEMS if item["name"] == "Set Chronothermostat Status")
    codes = {saved["code"] for saved in status["response"]}
    assert codes == set(DOCUMENTS[0].operation("Set-Chronothermostat-Status").responses)


def test_the_same_flow_gives_the_same_collection() -> None:
    assert collection("Works with", DOCUMENTS, FLOW) == WHOLE
    json.dumps(WHOLE)


def test_bodies_take_the_ids_that_earlier_answers_gave() -> None:
    document = load(Path(workswith.apis.__file__).with_name("home_control.yaml"))
    (folder,) = collection("x", [document], Flow("https://l", "https://a"))["item"][1:]
    items = {item["name"]: item for item in folder["item"]}
    several = json.loads(items["Set status of several lights"]["request"]["body"]["raw"])
    assert several == {"ids": ["{{light_id}}"], "status": "off"}
    first = json.loads(items["Subscribe to events"]["request"]["body"]["raw"])
    assert first == {"plantid": "{{plant_id}}", "EndPointUrl": "{{endpoint_url}}"}


def test_what_no_answer_tells_is_set_by_the_folder() -> None:
    document = load(Path(workswith.apis.__file__).with_name("multisocket.yaml"))
    flow = Flow(
        "https://l", "https://a", known={"multisocket": {"plantId": "p", "parameterValue": "m"}}
    )
    made = collection("x", [document], flow)
    (folder,) = made["item"][1:]
    assert 'set("plant_id", "p")' in script(folder, "prerequest")
    values = {each["key"]: each["value"] for each in made["variable"]}
    assert values["parameter_key"] == "id"
