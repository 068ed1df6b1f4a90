"""What the original was seen to send, however it spells it. [contract/smarther.md §4, §12, §14]"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workswith_client import home_control_models as hc
from workswith_client import smarther_models as sm
from workswith_client.webhooks import Handshake, Notification, parse

PLANT, MODULE = "0b7c1f52-4a1e-1d3c-e053-271e2d0a9f10", "1c9d2e63-5b2f-2e4d-e053-271e2d0a0a21"
SENDER = {
    "addressType": "addressLocation",
    "system": "thermoregulation",
    "plant": {"id": PLANT, "module": {"id": MODULE}},
}
AS_SEEN = {
    "function": "HEATING",
    "mode": "AUTOMATIC",
    "setPoint": {"value": "18.00000", "unit": "C"},
    "programs": [{"number": 1}],
    "temperatureFormat": "C",
    "loadState": "INACTIVE",
    "time": "2021-02-27T22:49:32+02:00",
    "thermometer": {
        "measures": [{"timeStamp": "2021-02-27T22:49:32+02:00", "value": "19.5", "unit": "C"}]
    },
    "hygrometer": {
        "measures": [{"timeStamp": "2021-02-27T22:49:32+02:00", "value": "61.9", "unit": "%"}]
    },
    "sender": SENDER,
}


def test_a_status_as_it_was_seen() -> None:
    status = sm.Status.read(AS_SEEN)
    assert (status.plant_id, status.module_id) == (PLANT, MODULE)
    assert status.mode is sm.Mode.AUTOMATIC
    assert status.set_point == sm.Measure(18.0, "C", None)
    assert (status.program, status.until, status.heating) == (1, None, False)
    assert status.time == datetime(2021, 2, 27, 22, 49, 32, tzinfo=timezone(timedelta(hours=2)))
    assert status.raw is AS_SEEN


@pytest.mark.parametrize(
    ("member", "sent", "attribute", "read"),
    [
        ("mode", "automatic", "mode", sm.Mode.AUTOMATIC),  # D1
        ("function", "cooling", "function", sm.Function.COOLING),
        ("loadState", "active", "load_state", sm.LoadState.ACTIVE),
        ("programs", [{"number": "1"}], "program", 1),  # D3
        ("programs", [], "program", None),
        ("setPoint", {"value": 19.1, "unit": "°C"}, "set_point", sm.Measure(19.1, "C", None)),
        ("setPoint", None, "set_point", None),  # D17
        ("setPoint", {"value": "warm"}, "set_point", sm.Measure(None, "", None)),
        ("time", "2019-11-17T02:00:47Z", "time", datetime(2019, 11, 17, 2, 0, 47, tzinfo=UTC)),
        ("time", "yesterday", "time", None),
        ("thermometer", {"measures": []}, "temperature", None),
        ("thermometer", "19.5", "temperature", None),
        ("online", False, "online", False),  # D18
        ("online", "true", "online", True),
        ("receiver", {"oid": ["a", "b"]}, "receivers", ("a", "b")),
        ("sender", None, "module_id", ""),
    ],
)
def test_deviations(member: str, sent: Any, attribute: str, read: Any) -> None:
    assert getattr(sm.Status.read({**AS_SEEN, member: sent}), attribute) == read


@pytest.mark.parametrize(
    ("sent", "since", "until"),
    [
        ("2024-01-12T22:00:00", None, "2024-01-12T22:00:00"),
        ("2019-11-17T02:00:47Z", None, "2019-11-17T02:00:47+00:00"),  # D4
        ("2019-03-18T23:30:00.000+01:00", None, "2019-03-18T23:30:00+01:00"),
        (
            "2024-01-12T20:00:00/2024-01-12T20:30:00",
            "2024-01-12T20:00:00",
            "2024-01-12T20:30:00",
        ),
        ("", None, None),
        (None, None, None),
    ],
)
def test_when_a_mode_ends(sent: Any, since: str | None, until: str | None) -> None:
    status = sm.Status.read({**AS_SEEN, "activationTime": sent})
    assert status.since == (since and datetime.fromisoformat(since))
    assert status.until == (until and datetime.fromisoformat(until))


def test_an_end_without_a_zone_is_what_the_wall_shows() -> None:
    status = sm.Status.read({**AS_SEEN, "activationTime": "2021-02-28T06:00:00"})
    assert status.ends_at() == datetime(2021, 2, 28, 4, tzinfo=UTC)
    assert status.ends_at(ZoneInfo("Europe/Rome")) == datetime(2021, 2, 28, 5, tzinfo=UTC)
    assert sm.Status.read({"activationTime": "2021-02-28T06:00:00"}).ends_at() is None


def test_a_new_word_is_kept() -> None:
    """A cloud that learns a mode breaks no program."""
    mode = sm.Status.read({**AS_SEEN, "mode": "Party"}).mode
    assert mode is not None
    assert (mode, mode.known, mode.value) == ("Party", False, "Party")
    assert isinstance(mode, sm.Mode)
    assert sm.Mode.OFF.known
    assert "Party" not in [one.value for one in sm.Mode]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda some: (
        st.lists(some, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*AS_SEEN, "measures", "plant", "module", "id", "value", "number", "oid"]
            ),
            some,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*AS_SEEN, "activationTime", "receiver"]), ANYTHING))
def test_nothing_that_comes_raises(raw: dict[str, Any]) -> None:
    for read in (
        sm.Status.read,
        sm.Measures.read,
        sm.Topology.read,
        sm.Plant.read,
        sm.Subscription.read,
        hc.Status.read,
        hc.Topology.read,
        hc.Scene.read,
        hc.Plant.read,
    ):
        read(raw)
    hc.statuses(raw)
    sm.statuses({"chronothermostats": [raw]})


EVENT = {
    "id": "8b0f5f1e-1b9e-4f0d-9d5e-3f6f1c2b3a4d",
    "eventType": "DeviceToCloud",
    "subject": f"///bs_cloud_{PLANT}//",
    "eventTime": "2021-01-05T17:53:22Z",
    "data": {"chronothermostats": [{**AS_SEEN, "programs": [{"number": "1"}], "online": False}]},
    "subjectElements": {"plantId": f"bs_cloud_{PLANT}"},
}


def encoded(body: Any) -> bytes:
    import json

    return json.dumps(body).encode()


def one_of(body: Any) -> Notification:
    found = parse(encoded(body))
    assert isinstance(found, tuple)
    (only,) = found
    return only


def test_a_notification_as_it_was_seen() -> None:
    told = one_of([EVENT])
    assert (told.id, told.plant_id, told.kind) == (EVENT["id"], PLANT, "DeviceToCloud")
    assert told.at == datetime(2021, 1, 5, 17, 53, 22, tzinfo=UTC)
    assert (told.thermostats[0].program, told.thermostats[0].online) == (1, False)
    assert told.module is None


def test_a_notification_as_the_old_tutorial_prints_it() -> None:
    """The object alone, in no envelope. [D15]"""
    told = one_of(EVENT["data"])
    assert (told.id, told.plant_id) == ("", PLANT)
    assert told.thermostats[0].module_id == MODULE


def test_a_notification_without_a_sender_has_the_plant_of_its_subject() -> None:
    bare = {**AS_SEEN, "sender": None}
    assert one_of([{**EVENT, "data": {"chronothermostats": [bare]}}]).plant_id == PLANT


def test_a_notification_of_a_module() -> None:
    plug = {
        "reachable": True,
        "status": "on",
        "consumptions": [{"unit": "watt", "value": 128, "timestamp": "2021-03-02T09:15:00+00:00"}],
        "sender": {"plant": {"id": "p", "module": {"id": "m"}}},
    }
    told = one_of([{"id": "1", "subject": "p", "eventType": "plug.status", "data": plug}])
    assert told.module is not None
    assert (told.module.device, told.module.on, told.module.watts) == (hc.Device.PLUG, True, 128)
    assert told.plant_id == "p"


def test_the_question_of_home_control() -> None:
    event = {
        "data": {"validationCode": "c0de"},
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
    }
    found = parse(encoded([event]))
    assert isinstance(found, Handshake)
    assert found.answer == encoded({"validationCode": "c0de", "validationResponse": "c0de"})
    assert "c0de" not in repr(found)
