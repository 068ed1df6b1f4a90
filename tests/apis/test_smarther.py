"""Smarther's nine operations on a real home: what they answer, what they take, what they refuse."""

from typing import Any

import msgspec
import pytest

from tests.devices.conftest import House
from workswith.apis import documents, smarther
from workswith.contracts.binding import Answer, Api, Request, bind
from workswith.contracts.conformance import answer_misfits
from workswith.devices.app_accounts import expire_password, expire_terms
from workswith.devices.homes import furnish
from workswith.devices.thermostat import Mode, Reading
from workswith.events import outbox
from workswith.gateway.statuses import refusal
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import MINUTE, parse_iso
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Problem
from workswith.webhooks.settings import Settings
from workswith.webhooks.subscriptions import Subscriptions

M = "/chronothermostat/thermoregulation/addressLocation/plants/{p}/modules/parameter/id/value/{m}"
HOOK = {"EndPointUrl": "https://app.example/hook"}
GONE = "00000000-0000-0000-e053-000000000000"
OPERATIONS = {
    "plants": ("GET", "/plants", None),
    "topology": ("GET", "/plants/{p}/topology", None),
    "status": ("GET", M, None),
    "set": ("POST", M, {"function": "heating", "mode": "off"}),
    "measures": ("GET", M + "/measures", None),
    "programs": ("GET", M + "/programlist", None),
    "subscribe": ("POST", "/plants/{p}/subscription", HOOK),
    "unsubscribe": ("DELETE", "/plants/{p}/subscription/" + GONE, None),
    "subscriptions": ("GET", "/subscription", None),
}
OF_A_MODULE = ("status", "set", "measures", "programs")
OF_AN_APP = ("plants", "topology", *OF_A_MODULE)


class Caller:
    """Calls the bound document as the gateway does, and reads refusals as it writes them."""

    def __init__(self, house: House, ident: Ident) -> None:
        self.house = house
        database, clock = house.database, house.clock
        hooks = Subscriptions(database, clock, ident, Cipher(bytes(32)), Settings())
        handlers = smarther.handlers(database, house.twin, hooks)
        self.api: Api = bind(documents()["smarther"], handlers)

    async def __call__(
        self,
        name: str,
        body: Any = None,
        *,
        who: str = "anna",
        plant: str | None = None,
        module: str | None = None,
        path: str | None = None,
    ) -> tuple[int, Any]:
        method, template, usual = OPERATIONS[name]
        place = (path or template).format(
            p=plant or self.house.plant_id, m=module or self.house.module_id
        )
        found = self.api.find(method, place)
        assert found is not None
        bound, parts = found
        given = usual if body is None else body
        raw = given if isinstance(given, bytes) else msgspec.json.encode(given) if given else b""
        try:
            request = Request(
                bound.operation,
                path=parts,
                body=bound.check({}, {}, raw),
                account_id=who,
                client_id="app",
                flow="flow",
                now=self.house.clock.now(),
            )
            answer = await bound.handle(request)
        except Problem as problem:
            status, refused = refusal(problem, bound.operation)
            assert status in bound.operation.responses, "an answer that is not documented"
            return status, msgspec.json.decode(refused)
        return answer.status, self._body(bound.operation, answer)

    @staticmethod
    def _body(operation: Any, answer: Answer) -> Any:
        sent = b"" if answer.body is None else msgspec.json.encode(answer.body)
        assert answer_misfits(operation, answer.status, sent) == []
        return answer.body


@pytest.fixture
def call(house: House, ident: Ident) -> Caller:
    return Caller(house, ident)


def error(status: int, message: str) -> tuple[int, dict[str, Any]]:
    return status, {"statusCode": status, "message": message}


# ---- what they answer


async def test_plants_lists_them_and_an_empty_list_is_204(call: Caller, ident: Ident) -> None:
    house = call.house
    listed = {"id": house.plant_id, "name": "Casa al Lago", "type": "House"}
    assert await call("plants") == (200, {"plants": [listed]})
    assert await call("plants", who="nobody") == (204, None)


async def test_topology_has_the_modules_with_all_capabilities(call: Caller) -> None:
    status, body = await call("topology")
    assert status == 200
    assert list(body["plant"]) == ["id", "name", "modules"]
    first = body["plant"]["modules"][0]
    assert list(first) == ["device", "id", "name", "capabilities"]
    assert (first["device"], first["name"]) == ("chronothermostat", "Piano Terra")
    can = {one["capability"]: one["canDo"] for one in first["capabilities"]}
    assert list(can)[:3] == ["function", "mode", "setPoint"]
    everything = {"command": {"do": True}, "request": {"do": True}, "notification": {"do": True}}
    assert can["mode"] == everything
    assert can["time"] == {
        "command": {"do": False},
        "request": {"do": True},
        "notification": {"do": False},
    }


async def test_status_has_the_captured_bytes(call: Caller) -> None:
    house = call.house
    _, body = await call("status")
    assert msgspec.json.encode(body).decode() == (
        '{"chronothermostats":[{"function":"HEATING","mode":"AUTOMATIC",'
        '"setPoint":{"value":"18.50000","unit":"C"},"programs":[{"number":1}],'
        '"temperatureFormat":"C","loadState":"INACTIVE","time":"2026-01-12T13:00:00+01:00",'
        '"thermometer":{"measures":[{"timeStamp":"2026-01-12T13:00:00+01:00",'
        f'"value":"{_temperature(body)}","unit":"C"}}]}},'
        '"hygrometer":{"measures":[{"timeStamp":"2026-01-12T13:00:00+01:00",'
        f'"value":"{_humidity(body)}","unit":"%"}}]}},'
        '"sender":{"addressType":"addressLocation","system":"thermoregulation",'
        f'"plant":{{"id":"{house.plant_id}","module":{{"id":"{house.module_id}"}}}}}}}}]}}'
    )


async def test_measures_stand_without_a_wrapper(call: Caller) -> None:
    _, body = await call("measures")
    assert list(body) == ["thermometer", "hygrometer", "sender"]
    _, status = await call("status")
    assert body["thermometer"] == status["chronothermostats"][0]["thermometer"]


async def test_the_program_list_begins_with_the_pseudo_entry(call: Caller) -> None:
    _, body = await call("programs")
    (one,) = body["chronothermostats"]
    assert list(one) == ["programs", "sender"]
    assert one["programs"][:2] == [{"number": 0, "name": "0"}, {"number": 1, "name": "At Home"}]


async def test_subscribe_list_and_end(call: Caller) -> None:
    assert await call("subscriptions") == (204, None)
    status, body = await call("subscribe", {**HOOK, "description": "Rest Api"})
    assert status == 201
    id_ = body["subscriptionId"]
    listed = {"plantId": call.house.plant_id, "subscriptionId": id_, **HOOK}
    assert await call("subscriptions") == (200, [listed])
    assert await call("subscriptions", who="bruno") == (204, None)
    assert await call("subscribe") == error(409, "Subscription already exists")
    path = "/plants/{p}/subscription/" + id_
    assert await call("unsubscribe", path=path) == (200, None)
    assert await call("unsubscribe", path=path) == error(404, "Resource not found")


# ---- what a command does


async def now_is(call: Caller) -> dict[str, Any]:
    _, body = await call("status")
    one: dict[str, Any]
    (one,) = body["chronothermostats"]
    return one


async def test_a_command_answers_with_nothing_and_is_done(call: Caller) -> None:
    body = {"function": "heating", "mode": "manual", "setPoint": {"value": "21.0", "unit": "C"}}
    assert await call("set", body) == (200, None)
    status = await now_is(call)
    assert (status["mode"], status["setPoint"]["value"]) == ("MANUAL", "21.00000")
    assert status["loadState"] == "ACTIVE"
    assert "activationTime" not in status
    (event,) = await outbox.of_plant(call.house.database, call.house.plant_id)
    assert event.flow == "flow"


# It is 13:00:00 in the thermostat's home.
TAKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "upper case, a number, °C, empty activationTime (openHAB)": (
        (
            '{"function":"HEATING","mode":"MANUAL","setPoint":{"value":20.7,"unit":"°C"},'
            '"activationTime":""}'
        ),
        {"mode": "MANUAL", "setPoint": "20.70000"},
    ),
    "floating point noise, a range, programs (Home Assistant)": (
        (
            '{"function":"HEATING","mode":"manual","setPoint":{"value":20.700000000000003,"unit":"°C"},'
            '"programs":[{"number":1}],"activationTime":"2026-01-12T13:00:00/2026-01-12T22:15:00"}'
        ),
        {"mode": "MANUAL", "setPoint": "20.70000", "activationTime": "2026-01-12T22:15:00"},
    ),
    "one end": (
        (
            '{"function":"heating","mode":"manual","setPoint":{"value":"3"},'
            '"activationTime":"2026-01-12T13:00:01"}'
        ),
        {"mode": "MANUAL", "setPoint": "3.00000", "activationTime": "2026-01-12T13:00:01"},
    ),
    "milliseconds and an offset (smarther.rules)": (
        (
            '{"function":"heating","mode":"manual","setPoint":{"value":40,"unit":"C"},'
            '"activationTime":"2026-01-12T23:30:00.000+01:00"}'
        ),
        {"mode": "MANUAL", "setPoint": "40.00000", "activationTime": "2026-01-12T23:30:00"},
    ),
    "an offset of another place": (
        '{"function":"heating","mode":"off","activationTime":"2026-01-12T22:30:00+00:00"}',
        {"mode": "OFF", "activationTime": "2026-01-12T23:30:00"},
    ),
    "Z on local times (REST)": (
        (
            '{"function":"HEATING","mode":"off","setPoint":{"value":"7","unit":"C"},'
            '"activationTime":"2026-01-12T13:00:00Z/2026-01-13T13:00:00Z"}'
        ),
        {"mode": "OFF", "activationTime": "2026-01-13T13:00:00"},
    ),
    "one-digit month and day": (
        '{"function":"heating","mode":"protection","activationTime":"2026-2-3T01:02:03"}',
        {"mode": "PROTECTION", "setPoint": "7.00000", "activationTime": "2026-02-03T01:02:03"},
    ),
    "a program's number as text": (
        '{"function":"heating","mode":"automatic","programs":[{"number":"2"}]}',
        {"mode": "AUTOMATIC", "programs": 2, "setPoint": "16.00000"},
    ),
    "automatic with a set-point, and an end that means nothing": (
        (
            '{"function":"heating","mode":"AUTOMATIC","programs":[{"number":0}],'
            '"setPoint":{"value":"7","unit":"C"},"activationTime":"2020-01-01T00:00:00"}'
        ),
        {"mode": "AUTOMATIC", "programs": 0, "setPoint": "20.00000"},
    ),
    "boost with a range": (
        (
            '{"function":"heating","mode":"boost",'
            '"activationTime":"2026-01-12T13:00:00/2026-01-12T13:30:00"}'
        ),
        {"mode": "BOOST", "activationTime": "2026-01-12T13:30:00", "setPoint": "18.50000"},
    ),
    "boost with a set-point, and a start a little late": (
        (
            '{"function":"heating","mode":"boost","setPoint":{"value":"30","unit":"C"},'
            '"activationTime":"2026-01-12T13:02:00/2026-01-12T14:32:00"}'
        ),
        {"mode": "BOOST", "activationTime": "2026-01-12T14:32:00"},
    ),
    "boost with its end only": (
        '{"function":"heating","mode":"boost","activationTime":"2026-01-12T14:00:00"}',
        {"mode": "BOOST", "activationTime": "2026-01-12T14:00:00"},
    ),
    "boost with its end only, in real UTC (smarther-rs)": (
        '{"function":"HEATING","mode":"BOOST","activationTime":"2026-01-12T12:30:00Z"}',
        {"mode": "BOOST", "activationTime": "2026-01-12T13:30:00"},
    ),
}


@pytest.mark.parametrize("case", TAKEN)
async def test_what_clients_in_use_send_is_taken(call: Caller, case: str) -> None:
    body, expected = TAKEN[case]
    assert await call("set", body.encode()) == (200, None)
    status = await now_is(call)
    seen = {
        **status,
        "setPoint": status["setPoint"]["value"],
        "programs": status["programs"][0]["number"],
    }
    assert {name: seen[name] for name in expected} == expected
    assert ("activationTime" in status) is ("activationTime" in expected)


def heating(mode: str, **members: Any) -> dict[str, Any]:
    return {"function": "heating", "mode": mode, **members}


def boost(start: str, end: str) -> dict[str, Any]:
    return heating("boost", activationTime=f"2026-01-12T{start}/2026-01-12T{end}")


@pytest.mark.parametrize(
    "body",
    [
        heating("manual"),
        heating("manual", setPoint={"value": "2.9"}),
        heating("manual", setPoint={"value": 40.01}),
        heating("manual", setPoint={"value": "20", "unit": "F"}),
        heating("manual", setPoint={"value": "20"}, activationTime="2026-01-12T13:00:00"),
        heating("manual", setPoint={"value": "20"}, activationTime="2026-13-01T00:00:00"),
        heating("manual", setPoint={"value": "20"}, activationTime="9999-12-31T23:59:59"),
        heating("manual", setPoint={"value": "20"}, activationTime="2026-01-13T00:00:00+99:00"),
        heating("automatic"),
        heating("automatic", programs=[]),
        heating("automatic", programs=[{"number": 9}]),
        heating("automatic", programs=[{"number": 12}]),
        heating("boost"),
        heating("boost", activationTime=""),
        heating("boost", activationTime="2026-01-12T13:45:00"),
        heating("boost", activationTime="2026-01-12T12:30:00"),
        boost("13:00:00", "13:29:00"),
        boost("13:00:00", "13:45:00"),
        boost("13:00:00", "15:00:00"),
        boost("13:30:00", "13:00:00"),
        boost("12:00:00", "12:30:00"),
        boost("14:00:00", "14:30:00"),
        heating("off", activationTime="2020-01-01T00:00:00"),
        heating("holiday"),
        {"function": "drying", "mode": "off"},
    ],
    ids=str,
)
async def test_a_value_that_is_not_allowed_is_430(call: Caller, body: dict[str, Any]) -> None:
    assert await call("set", body) == error(430, "Wrong input parameters")
    assert (await now_is(call))["mode"] == "AUTOMATIC"


async def test_a_thermostat_that_only_heats_cannot_cool(call: Caller, ident: Ident) -> None:
    house = call.house
    (flat,) = await house.database.write(furnish, "anna", ident, "flat", house.clock.now())
    names = {"plant": flat.plant.id, "module": flat.modules[0].id}
    body = {"function": "cooling", "mode": "off"}
    assert (await call("set", body, **names))[0] == 430
    assert (await call("set", heating("off"), **names))[0] == 200


async def test_a_boost_ends_and_is_no_more_in_the_status(call: Caller) -> None:
    house = call.house
    await call("set", boost("13:00:00", "13:30:00"))
    await house.supervisor.advance(house.clock.now() + 30 * MINUTE)
    status = await now_is(call)
    assert status["mode"] == "AUTOMATIC"
    assert "activationTime" not in status


@pytest.mark.parametrize(
    ("night", "start", "end", "ends_at"),
    [
        # Clocks go from 02:00 to 03:00: half an hour after 01:45 they show 03:15.
        ("2026-03-29T00:45:00Z", "2026-03-29T01:45:00", "2026-03-29T03:15:00", "01:15:00Z"),
        ("2026-03-29T00:45:00Z", "2026-03-29T01:45:00", "2026-03-29T02:15:00", "01:15:00Z"),
        # Clocks go from 03:00 back to 02:00: 02:45 is there twice.
        ("2026-10-25T00:15:00Z", "2026-10-25T02:15:00", "2026-10-25T02:45:00", "00:45:00Z"),
        ("2026-10-25T01:15:00Z", "2026-10-25T02:15:00", "2026-10-25T02:45:00", "01:45:00Z"),
        ("2026-10-25T00:45:00Z", "2026-10-25T02:45:00", "2026-10-25T03:15:00", "02:15:00Z"),
    ],
)
async def test_a_boost_in_the_night_that_changes_the_clocks(
    call: Caller, night: str, start: str, end: str, ends_at: str
) -> None:
    house = call.house
    house.clock.jump(parse_iso(night))
    assert await call("set", heating("boost", activationTime=f"{start}/{end}")) == (200, None)
    reading = (await house.twin.read(*house.first)).reading
    assert reading.activation_end == parse_iso(night[:11] + ends_at)


# ---- what they refuse


@pytest.mark.parametrize("name", OF_AN_APP)
async def test_469_and_470(call: Caller, name: str) -> None:
    database, now = call.house.database, call.house.clock.now()
    await database.write(expire_terms, "anna", now)
    assert await call(name) == error(
        470,
        "Terms and conditions for Thermostat official app are expired. "
        "Please accept them again through the official application.",
    )
    await database.write(expire_password, "anna", now)
    assert await call(name) == error(
        469,
        "Password used in the Thermostat official app is expired. "
        "Please renew it through the official application.",
    )


@pytest.mark.parametrize("name", [one for one in OPERATIONS if "{p}" in OPERATIONS[one][1]])
async def test_404_for_a_plant_that_the_user_does_not_see(call: Caller, name: str) -> None:
    gone = error(404, "Resource not found")
    assert await call(name, plant=GONE) == gone
    assert await call(name, who="bruno") == gone
    if name in OF_A_MODULE:
        assert await call(name, module=GONE) == gone


@pytest.mark.parametrize("name", OF_A_MODULE)
async def test_404_while_the_gateway_is_offline(call: Caller, name: str) -> None:
    house = call.house
    await house.park.set_online(house.module_id, False)
    assert await call(name) == error(404, "Gateway Offline")
    await house.park.set_online(house.module_id, True)
    assert (await call(name))[0] == 200


@pytest.mark.parametrize("name", OF_A_MODULE)
async def test_408_while_the_module_is_silent(call: Caller, name: str) -> None:
    await call.house.park.set_silent(call.house.module_id, True)
    assert await call(name) == error(408, "Request timeout")


async def test_486_while_somebody_uses_it(call: Caller) -> None:
    house = call.house
    await house.park.touch(house.module_id)
    assert await call("set") == error(486, "Busy visual user interface")
    assert (await call("status"))[0] == 200
    await house.supervisor.advance(house.clock.now() + 10_000)
    assert await call("set") == (200, None)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("set", b"{"),
        ("set", b"[]"),
        ("set", b'{"function":1,"mode":"off"}'),
        ("set", b'{"mode":"off"}'),
        ("set", b"\xff"),
        ("subscribe", b"nothing"),
        ("subscribe", {"endPointUrl": "https://app.example/"}),
        ("subscribe", {"EndPointUrl": "http://app.example/"}),
        ("subscribe", {"EndPointUrl": "https://127.0.0.1/"}),
    ],
)
async def test_400_for_what_cannot_be_read(call: Caller, name: str, body: Any) -> None:
    assert await call(name, body) == error(400, "Bad request")


@pytest.mark.parametrize("id_", ["123", "x" * 36, "0" * 36])
async def test_400_for_a_subscription_id_that_is_none(call: Caller, id_: str) -> None:
    path = "/plants/{p}/subscription/" + id_
    assert await call("unsubscribe", path=path) == error(400, "Bad request")


# ---- notifications

CAPTURED = (
    '[{"id":"495def51-34ad-aa94-9fff-24562f3eb5cc","eventType":"DeviceToCloud",'
    '"subject":"///bs_cloud_b5e48d6f-cbad-2711-e053-27182d0ad74c//",'
    '"eventTime":"2021-01-05T17:53:22Z","data":{"chronothermostats":[{"function":"HEATING",'
    '"mode":"AUTOMATIC","setPoint":{"value":"19.00000","unit":"C"},"programs":[{"number":"1"}],'
    '"temperatureFormat":"C","loadState":"INACTIVE","time":"2021-01-05T17:53:22+00:00",'
    '"thermometer":{"measures":[{"timeStamp":"2021-01-05T17:53:22+00:00","value":"20",'
    '"unit":"C"}]},"hygrometer":{"measures":[{"timeStamp":"2021-01-05T17:53:22+00:00",'
    '"value":"60.0","unit":"%"}]},"online":true,"sender":{"addressType":"AddressLocation",'
    '"system":"thermoregulation","plant":{"id":"b5e48d6f-cbad-2711-e053-27182d0ad74c",'
    '"module":{"id":"1ee68d6f-46b7-8f11-e053-27182d0a846a"}}},'
    '"receiver":{"oid":["a122e653-53fb-450e-b000-d47659807585"]}}]},'
    '"subjectElements":{"plantId":"bs_cloud_b5e48d6f-cbad-2711-e053-27182d0ad74c"}}]'
)
"""As captured; `time` may be a second later there, and `online` is false though it was not."""


def event(kind: str = "chronothermostat", **changes: Any) -> outbox.Event:
    at = parse_iso("2021-01-05T17:53:22.480Z")
    reading = msgspec.convert(
        {
            "function": "HEATING",
            "mode": "AUTOMATIC",
            "set_point": 190,
            "program": 1,
            "activation_end": None,
            "load_active": False,
            "temperature": 200,
            "humidity": 600,
            "at": at,
            **changes,
        },
        Reading,
    )
    return outbox.Event(
        "495def51-34ad-aa94-9fff-24562f3eb5cc",
        "b5e48d6f-cbad-2711-e053-27182d0ad74c",
        "1ee68d6f-46b7-8f11-e053-27182d0a846a",
        1,
        kind,
        ("mode",),
        {**msgspec.to_builtins(reading), "time_zone": "Europe/Rome", "online": True},
        at,
        "",
    )


class Anna:
    account_id = "a122e653-53fb-450e-b000-d47659807585"


def test_a_notification_has_the_captured_bytes() -> None:
    body = smarther.notification(event(), Anna())
    assert body is not None
    assert body.decode() == CAPTURED


def test_a_notification_has_an_end_in_local_time_when_there_is_one() -> None:
    timed = event(mode="BOOST", activation_end=parse_iso("2021-01-05T18:23:22Z"), temperature=-5)
    body = smarther.notification(timed, Anna())
    assert body is not None
    (one,) = msgspec.json.decode(body)[0]["data"]["chronothermostats"]
    assert (one["mode"], one["activationTime"]) == ("BOOST", "2021-01-05T19:23:22")
    assert one["thermometer"]["measures"][0]["value"] == "-0.5"


def test_an_event_of_another_kind_of_device_is_not_told_here() -> None:
    assert smarther.notification(event(kind="light"), Anna()) is None


async def test_an_event_of_the_home_becomes_a_notification(call: Caller) -> None:
    await call("set", heating("manual", setPoint={"value": "21.5"}))
    house = call.house
    (told,) = await outbox.of_plant(house.database, house.plant_id)
    body = smarther.notification(told, Anna())
    assert body is not None
    (one,) = msgspec.json.decode(body)[0]["data"]["chronothermostats"]
    assert one["mode"] == Mode.MANUAL
    assert one["setPoint"]["value"] == "21.50000"
    assert one["sender"]["plant"] == {"id": house.plant_id, "module": {"id": house.module_id}}


def _temperature(body: Any) -> str:
    return str(body["chronothermostats"][0]["thermometer"]["measures"][0]["value"])


def _humidity(body: Any) -> str:
    return str(body["chronothermostats"][0]["hygrometer"]["measures"][0]["value"])
