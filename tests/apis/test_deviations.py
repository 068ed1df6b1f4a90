"""What the original does otherwise at times: each switch changes what it says, and nothing else."""

from typing import Any

import msgspec
import pytest

from workswith.apis.deviations import STATUS, TABLE, answer, notification
from workswith.contracts.binding import Answer

API = "smarther-v2.0"


def status() -> dict[str, Any]:
    at = "2026-01-12T13:00:00+01:00"
    return {
        "chronothermostats": [
            {
                "function": "HEATING",
                "mode": "BOOST",
                "setPoint": {"value": "20.50000", "unit": "C"},
                "programs": [{"number": 2}],
                "activationTime": "2026-01-12T13:30:00",
                "temperatureFormat": "C",
                "loadState": "ACTIVE",
                "time": at,
                "thermometer": {"measures": [{"timeStamp": at, "value": "19.8", "unit": "C"}]},
                "hygrometer": {"measures": [{"timeStamp": at, "value": "47.3", "unit": "%"}]},
            }
        ]
    }


def changed(*chosen: str) -> dict[str, Any]:
    """Members that differ from the usual answer; those that are missing are ``None``."""
    usual = status()["chronothermostats"][0]
    body = answer(API, STATUS, Answer(200, status()), chosen).body
    one = body["chronothermostats"][0]
    return {name: one.get(name) for name in usual if one.get(name) != usual[name]}


@pytest.mark.parametrize(
    ("switch", "members"),
    [
        ("enum-case", {"function": "heating", "mode": "boost", "loadState": "active"}),
        ("activation-time", {"activationTime": "2026-01-12T12:30:00Z"}),
        ("program-number", {"programs": [{"number": "2"}]}),
        ("boost-set-point", {"setPoint": None}),
    ],
)
def test_a_switch_changes_its_members_alone(switch: str, members: dict[str, Any]) -> None:
    assert changed(switch) == members


def test_all_times() -> None:
    found = changed("times", "activation-time")
    assert found["time"] == "2026-01-12T12:00:00Z"
    assert found["thermometer"]["measures"][0]["timeStamp"] == "2026-01-12T12:00:00Z"
    assert found["activationTime"] == "2026-01-12T12:30:00Z", "also when the zone is gone"


def test_empty_lists() -> None:
    assert answer(API, STATUS, Answer(200, status()), {"empty-status"}).body == {
        "chronothermostats": []
    }
    plants = answer(API, "Plants", Answer(204), {"empty-list"})
    assert (plants.status, plants.body) == (200, {"plants": []})
    assert answer(API, STATUS, Answer(204), {"empty-list"}).status == 204


def test_the_emitters_own_values_stay_as_they_are() -> None:
    """They are kept and given out again."""
    given = Answer(200, status())
    answer(API, STATUS, given, {"enum-case", "times", "boost-set-point"})
    assert given.body == status()
    assert answer(API, STATUS, given, ()) is given
    assert answer("hc", "Plants", given, {"enum-case"}) is given


def test_notifications() -> None:
    body = msgspec.json.encode([{"id": "x", "data": status()}])
    assert notification("smarther", body, ()) is body
    bare = msgspec.json.decode(notification("smarther", body, {"notification-body", "times"}))
    assert bare["chronothermostats"][0]["time"] == "2026-01-12T12:00:00Z"
    assert notification("home_control", body, {"times"}) is body


def test_every_switch_has_a_sentence_and_a_usual_way() -> None:
    for one in TABLE:
        assert len(one.choices) >= 2
        assert one.what.endswith(".")
