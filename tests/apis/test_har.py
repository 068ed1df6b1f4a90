"""A recording of the real API becomes a home, and nothing else of it gets any further. [SBX-2]"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

import workswith.testing
from workswith.apis import har
from workswith.testing import Cloud

SECRET = "eyJhbGciOiJSUzI1NiJ9.secret.secret"
STATUS = "/smarther/v2.0/chronothermostat/thermoregulation/addressLocation/plants/{}/modules/parameter/id/value/{}"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with workswith.testing.cloud(homes=["house"]) as running:
        yield running


def entry(url: str, body: str | bytes, status: int = 200, **content: str) -> dict[str, Any]:
    text = body if isinstance(body, str) else base64.b64encode(body).decode()
    return {
        "request": {
            "method": "GET",
            "url": f"https://api.developer.legrand.com{url}",
            "headers": [{"name": "Authorization", "value": f"Bearer {SECRET}"}],
            "cookies": [{"name": "session", "value": SECRET}],
        },
        "response": {"status": status, "content": {"text": text, **content}},
    }


def recorded(cloud: Cloud) -> list[tuple[str, bytes]]:
    """What an integration asks a home: plants, topology, the status of each thermostat."""
    plant = next(home for home in cloud.homes if home.api == "smarther")
    paths = [
        "/smarther/v2.0/plants",
        f"/smarther/v2.0/plants/{plant.id}/topology",
        *(STATUS.format(plant.id, module.id) for module in plant.modules),
    ]
    answers = [(path, cloud.call("GET", path)) for path in paths]
    assert {answer.status for _path, answer in answers} == {200}
    return [(path, answer.body) for path, answer in answers]


def as_har(pairs: list[tuple[str, bytes]]) -> bytes:
    noise = [
        entry("/token", json.dumps({"access_token": SECRET, "plants": []})),
        entry("/smarther/v2.0/plants", "<html>", 502),
        entry("/smarther/v2.0/plants", "not json"),
        entry("/smarther/v2.0/subscription", json.dumps([{"EndPointUrl": SECRET}])),
        {"request": {}, "response": {}},
    ]
    entries = [entry(path, body, encoding="base64") for path, body in pairs]
    again = [entry(path, body.decode()) for path, body in pairs]
    return json.dumps({"log": {"version": "1.2", "entries": [*noise, *entries, *again]}}).encode()


def as_log(pairs: list[tuple[str, bytes]]) -> bytes:
    lines = [b"2026-03-02 INFO it starts"]
    for path, body in pairs:
        told = {"url": path, "token": SECRET, "status": 200, "body": body.decode()}
        lines.append(b"2026-03-02 DEBUG " + json.dumps(told).encode())
    lines.append(json.dumps({"url": "/token", "body": {"access_token": SECRET}}).encode())
    return b"\n".join(lines)


@pytest.mark.parametrize("write", [as_har, as_log])
def test_a_recording_becomes_a_home_of_the_same_shape(cloud: Cloud, write: Any) -> None:
    cloud.reset()
    original = cloud.homes[0]
    answers = har.answers_of(write(recorded(cloud)))
    assert answers is not None
    assert len(answers) == 2 + len(original.modules), "each once"
    assert SECRET not in json.dumps(answers)
    cloud.control("POST", "/homes/import", {"answers": answers, "name": "Copy"})
    plants = cloud.call("GET", "/smarther/v2.0/plants").json()["plants"]
    (copy,) = [plant["id"] for plant in plants if plant["name"] == "Copy"]
    topology = cloud.call("GET", f"/smarther/v2.0/plants/{copy}/topology").json()["plant"]
    modules = topology["modules"]
    assert sorted(one["name"] for one in modules) == sorted(one.name for one in original.modules)
    old = {original.id, *(one.id for one in original.modules)}
    assert old.isdisjoint({copy, *(one["id"] for one in modules)}), "ids are new"
    for module in modules:
        assert cloud.call("GET", STATUS.format(copy, module["id"])).status == 200


def test_what_is_no_recording_is_left_to_others() -> None:
    for raw in (b'{"plants": []}', b"[]", b"", b'{"log": 3}', b"\xff\xfe", b'{\n"plants": []\n}'):
        assert har.answers_of(raw) is None


def test_a_recording_without_a_home_says_so() -> None:
    for entries in ([], [entry("/token", json.dumps({"access_token": SECRET}))]):
        with pytest.raises(ValueError, match="no answer of plants") as none:
            har.answers_of(json.dumps({"log": {"entries": entries}}).encode())
        assert SECRET not in str(none.value)
