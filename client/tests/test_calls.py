"""Every fault that the cloud can cause: what a program meets, and what it does not."""

from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import pytest

from conftest import Make
from workswith.testing import Cloud
from workswith_client import Budget, Client, Retries, errors, smarther
from workswith_client.smarther_models import Mode

HARMLESS = None
"""The program notices nothing, if it happens once."""
CALLS: dict[str, type[errors.WorksWithError] | None] = {
    "latency": HARMLESS,
    "slow-body": HARMLESS,
    "hang": HARMLESS,
    "answer": HARMLESS,
    "cut-body": HARMLESS,
    "reset": HARMLESS,
    "404-operation-unknown": errors.NotFound,
    "401-key-missing": HARMLESS,  # the second key is tried
    "401-key-invalid": HARMLESS,
    "401-api-not-in-product": HARMLESS,
    "401-token-missing": HARMLESS,
    "401-token-invalid": HARMLESS,
    "401-token-expired": HARMLESS,
    "401-id-token": HARMLESS,
    "403-scope-missing": errors.Forbidden,
    "403-exhausted": errors.QuotaSpent,
    "429-throttled": HARMLESS,
    "500-crashed": HARMLESS,
    "503-unavailable": errors.ServerError,  # its pause is too long for a command
    "400-malformed": errors.BadRequest,
    "400-too-large": errors.BadRequest,
    "401-unauthenticated": HARMLESS,
    "403-forbidden": errors.Forbidden,
    "404-unknown": errors.NotFound,
    "404-unreachable": errors.GatewayOffline,
    "406-unacceptable": errors.BadRequest,
    "408-timed-out": HARMLESS,
    "409-conflict": errors.Conflict,
    "430-invalid": errors.InvalidValues,
    "469-password-expired": errors.PasswordExpired,
    "470-terms-expired": errors.TermsExpired,
    "486-busy": HARMLESS,
    "500-internal": HARMLESS,
}
LASTING: dict[str, type[errors.WorksWithError] | None] = {
    "latency": HARMLESS,
    "slow-body": HARMLESS,
    "hang": errors.TimedOut,
    "answer": errors.ServerError,
    "cut-body": errors.ConnectionLost,
    "reset": errors.ConnectionLost,
    "401-key-missing": errors.KeyRefused,
    "401-key-invalid": errors.KeyRefused,
    "401-api-not-in-product": errors.KeyRefused,
    "401-token-missing": errors.Unauthorized,
    "401-token-invalid": errors.Unauthorized,
    "401-token-expired": errors.Unauthorized,
    "401-id-token": errors.Unauthorized,
    "429-throttled": errors.Throttled,
    "500-crashed": errors.ServerError,
    "503-unavailable": errors.ServerError,
    "401-unauthenticated": errors.Unauthorized,
    "408-timed-out": errors.DeviceTimeout,
    "486-busy": errors.DeviceBusy,
    "500-internal": errors.ServerError,
}
SHORT: dict[str, dict[str, Any]] = {
    "hang": {"ms": 6_000},
    "latency": {"ms": 100},
    "slow-body": {"ms": 100},
}
TOKENS: dict[str, type[errors.WorksWithError] | None] = {
    "token-refused": errors.SignInRequired,
    "token-expired-grant": errors.SignInRequired,
    "token-expired-secret": errors.SecretExpired,
    "token-unknown-client": errors.ApplicationRefused,
    "token-throttled": errors.LoginUnavailable,
    "token-error": HARMLESS,
    "token-facade": HARMLESS,
    "token-unavailable": errors.LoginUnavailable,  # with a pause of its own
    "token-latency": HARMLESS,
    "token-slow-body": HARMLESS,
    "token-cut-body": HARMLESS,
    "token-reset": HARMLESS,
}
OTHERS = {"c2c-outage", "endpoint-fails", "endpoint-late"}  # test_keeper
STATES = {
    "gateway-offline": errors.GatewayOffline,
    "device-silent": errors.DeviceTimeout,
    "password-expired": errors.PasswordExpired,
    "terms-expired": errors.TermsExpired,
}
NOT_OF_SET_STATUS = {"409-conflict"}


def test_every_kind_of_fault_is_looked_at(workswith: Cloud) -> None:
    told = {one["kind"] for one in workswith.control("GET", "/faults/kinds")}
    assert told == {*CALLS, *TOKENS, *OTHERS, *STATES}


def met(act: Any) -> type[BaseException] | None:
    try:
        act()
    except errors.WorksWithError as error:
        return type(error)
    return None


@pytest.mark.parametrize("kind", CALLS)
def test_a_fault_that_happens_once(
    kind: str, make: Make, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    """By a command, which is what documents most errors; afterwards everything is as before."""
    client = make(timeout=2 if kind == "hang" else 60)
    workswith.clock.advance("5m")  # a token fresh from the oven is not the reason for a 401
    workswith.faults.add(kind, times=1, **SHORT.get(kind, {}))
    if kind in NOT_OF_SET_STATUS:
        assert (
            met(lambda: client.smarther.subscribe(thermostat[0], workswith.webhooks.url))
            == CALLS[kind]
        )
    else:
        assert met(lambda: client.smarther.set_manual(*thermostat, 22.5)) == CALLS[kind]
    workswith.faults.clear()
    if kind == "403-exhausted":
        workswith.clock.advance("1d")
    client = make(timeout=60)
    client.smarther.set_manual(*thermostat, 23.5)
    status = client.smarther.status(*thermostat)
    assert status is not None
    assert (status.mode, status.set_point and status.set_point.value) == (Mode.MANUAL, 23.5)


@pytest.mark.parametrize("kind", LASTING)
def test_a_fault_that_lasts(
    kind: str, make: Make, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    """The program hears of it after a few tries; a clock's two minutes at most."""
    client = make(timeout=1 if kind == "hang" else 60)
    workswith.clock.advance("5m")
    begun = workswith.clock.now()
    workswith.faults.add(kind, **SHORT.get(kind, {}))
    if kind == "cut-body":  # a command has no body that could be cut
        assert met(lambda: client.smarther.status(*thermostat)) == LASTING[kind]
    else:
        assert met(lambda: client.smarther.set_manual(*thermostat, 22.5)) == LASTING[kind]
    assert workswith.clock.now() - begun < 120_000
    struck = workswith.faults.list()[0]["struck"]
    assert 1 <= struck <= 4
    workswith.faults.clear()
    workswith.clock.advance("2m")
    make(timeout=60).smarther.set_manual(*thermostat, 23.5)


@pytest.mark.parametrize("kind", TOKENS)
def test_a_fault_of_the_login_service(
    kind: str, make: Make, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    """Whatever it says once, nobody is logged out by it."""
    client = make()
    workswith.clock.advance("2h")
    short = {"ms": 100} if kind in ("token-latency", "token-slow-body") else {}
    workswith.faults.add(kind, times=1, **short)
    assert met(lambda: client.smarther.status(*thermostat)) == TOKENS[kind]
    workswith.clock.advance("2m")
    client.smarther.status(*thermostat)


def test_an_answer_of_the_login_service_that_gets_lost_after_the_rotation(
    client: Client, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    for _ in range(3):
        workswith.clock.advance("2h")
        workswith.faults.add("token-reset", times=1, after=True)
        client.smarther.status(*thermostat)


def test_a_login_service_that_is_down_is_not_noticed_while_the_token_is_good(
    client: Client, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    workswith.clock.advance("59m")
    workswith.faults.add("token-unavailable")
    client.smarther.status(*thermostat)
    workswith.clock.advance("2m")
    with pytest.raises(errors.LoginUnavailable):
        client.smarther.status(*thermostat)
    workswith.faults.clear()
    client.smarther.status(*thermostat)


@pytest.mark.parametrize("kind", STATES)
def test_a_state_of_the_world(
    kind: str, make: Make, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    client = make(retries=Retries(tries=1))
    workswith.faults.add(kind)
    assert met(lambda: client.smarther.set_manual(*thermostat, 22.5)) == STATES[kind]
    workswith.faults.clear()
    client.smarther.set_manual(*thermostat, 22.5)


@pytest.mark.parametrize("kind", ["500-internal", "reset", "408-timed-out"])
def test_what_may_not_happen_twice_is_not_tried_twice(
    kind: str, client: Client, workswith: Cloud
) -> None:
    """A scene may have run although the answer is a failure."""
    home = next(one for one in workswith.homes if one.api == "home_control")
    scene = client.home_control.scenes(home.id)[0]
    fault = workswith.faults.add(kind, after=True)
    with pytest.raises(errors.WorksWithError):
        client.home_control.run_scene(home.id, scene.id)
    assert next(one for one in workswith.faults.list() if one["id"] == fault)["struck"] == 1


def test_a_stop_of_a_shutter_is_not_tried_later(client: Client, workswith: Cloud) -> None:
    home = next(one for one in workswith.homes if one.api == "home_control")
    shutter = next(one.id for one in home.modules if one.device == "automation")
    workswith.faults.add("500-internal", times=1)
    with pytest.raises(errors.ServerError):
        client.home_control.set_automation(home.id, shutter, level=-1)
    workswith.faults.add("500-internal", times=1)
    client.home_control.set_automation(home.id, shutter, level=0)


def test_waits_as_long_as_the_cloud_says(
    client: Client, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    begun = workswith.clock.now()
    workswith.faults.add("429-throttled", times=1, seconds=17)
    client.smarther.status(*thermostat)
    assert workswith.clock.now() - begun == 17_000
    workswith.faults.add("486-busy", times=1)
    client.smarther.set_off(*thermostat)
    assert workswith.clock.now() - begun == 27_000


def test_a_pause_that_is_too_long_is_told(
    client: Client, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    workswith.faults.add("429-throttled", times=1, seconds=240)
    with pytest.raises(errors.Throttled) as told:
        client.smarther.status(*thermostat)
    assert told.value.retry_after == 240


def test_a_401_that_is_not_about_the_token_is_no_loop_of_refreshes(
    client: Client, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    workswith.clock.advance("5m")
    workswith.faults.add("401-token-invalid")
    before = client.store.read("tokens")
    for _ in range(10):
        with pytest.raises(errors.Unauthorized):
            client.smarther.status(*thermostat)
    workswith.faults.clear()
    assert client.store.read("tokens") != before, "renewed once"
    client.smarther.status(*thermostat)


def test_a_key_that_was_regenerated(
    make: Make, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    client = make(subscription_key=("0" * 32, workswith.keys[1]))
    workswith.faults.clear()
    client.smarther.status(*thermostat)
    client.smarther.status(*thermostat)
    assert client.forecast().spent == 3, "the wrong key is tried once"
    only = make(subscription_key="0" * 32)
    with pytest.raises(errors.KeyRefused):
        only.smarther.status(*thermostat)


def test_what_an_error_says(client: Client, thermostat: tuple[str, str]) -> None:
    with pytest.raises(errors.NotFound) as told:
        client.smarther.status(thermostat[0], "00000000-0000-0000-e053-000000000000")
    error = told.value
    assert (error.status, error.message) == (404, "Resource not found")
    assert error.flow_id
    assert error.hint
    assert error.operation == "Get-Chronothermostat-Status"
    assert error.flow_id in str(error)


def test_no_secret_is_shown(client: Client, workswith: Cloud, thermostat: tuple[str, str]) -> None:
    """In no repr, no text of an error, and no local that a report of a crash prints by repr."""
    workswith.faults.add("500-internal")
    with pytest.raises(errors.ServerError) as told:
        client.smarther.set_off(*thermostat)
    shown = [
        repr(client),
        repr(client.application),
        repr(client.store),
        repr(told.value),
        str(told.value),
    ]
    trace: TracebackType | None = told.tb
    while trace is not None:
        shown += [repr(value) for value in trace.tb_frame.f_locals.values()]
        trace = trace.tb_next
    kept = client.store.read("tokens") or ""
    secrets = [workswith.application.client_secret, *workswith.keys, client.access_token()]
    assert secrets[-1] in kept
    ours = [one for one in shown if "Client('http" in one or "operation" in one or "Login(" in one]
    assert ours
    for secret in secrets:
        assert not [one for one in ours if secret in one]


def test_every_class_of_errors_stands_in_the_tree() -> None:
    """As the documentation draws it, each below its own parent."""
    import inspect

    drawn: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        name = line.replace("│", " ").replace("├──", "   ").replace("└──", "   ")
        word = name.split()[0] if name.split() else ""
        if not hasattr(errors, word):
            continue
        depth = len(name) - len(name.lstrip())
        above = [one for one in above if one[0] < depth]
        drawn[word] = above[-1][1] if above else ""
        above.append((depth, word))
    kinds = {
        name: one
        for name, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, errors.WorksWithError)
    }
    assert drawn == {
        name: "" if one is errors.WorksWithError else one.__bases__[0].__name__
        for name, one in kinds.items()
    }


@pytest.mark.parametrize(
    ("switch", "choice"),
    [
        ("enum-case", "lower"),
        ("activation-time", "utc"),
        ("times", "z"),
        ("program-number", "string"),
        ("boost-set-point", "absent"),
        ("empty-list", "200"),
        ("token-error", "2"),
        ("token-numbers", "string"),
        ("token-numbers", "absent"),
    ],
)
def test_deviations_of_the_original_change_nothing(
    switch: str, choice: str, client: Client, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    workswith.control("POST", "/deviations", {switch: choice})
    workswith.clock.advance("2h")
    assert client.smarther.subscriptions() == ()
    status = client.smarther.status(*thermostat)
    assert status is not None
    assert status.time is not None
    wall = status.time.astimezone(__import__("zoneinfo").ZoneInfo("Europe/Rome")).replace(
        tzinfo=None
    )
    client.smarther.set_boost(*thermostat, wall, 30)
    status = client.smarther.status(*thermostat)
    assert status is not None
    assert status.load_state is not None
    assert (status.mode, status.load_state.known) == (Mode.BOOST, True)
    assert status.until is not None
    workswith.clock.advance("5m")
    workswith.faults.add("401-token-expired", times=1)
    client.smarther.status(*thermostat)


def test_an_empty_status_is_none(
    client: Client, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    workswith.control("POST", "/deviations", {"empty-status": "always"})
    assert client.smarther.status(*thermostat) is None


@pytest.mark.parametrize("status", ["403", "429"])
def test_a_spent_day_is_spent_for_all(
    status: str, make: Make, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    """With either status; and nobody asks again before the day is over."""
    client, other = make(), make()
    workswith.control("POST", "/deviations", {"quota-status": status})
    workswith.faults.add("403-exhausted")
    with pytest.raises(errors.QuotaSpent) as told:
        client.smarther.status(*thermostat)
    assert told.value.until == 1_772_496_000, "midnight UTC of 3 March 2026"
    with pytest.raises(errors.QuotaSpent):
        other.smarther.status(*thermostat)
    assert workswith.faults.list()[0]["struck"] == 1
    workswith.faults.clear()
    workswith.clock.set("2026-03-03T00:00:06Z")
    other.smarther.status(*thermostat)


def test_who_counts_nothing_hears_it_all_the_same(make: Make, workswith: Cloud) -> None:
    client = make(budget=None)
    workswith.faults.add("403-exhausted")
    for _ in range(2):
        with pytest.raises(errors.QuotaSpent) as told:
            client.smarther.plants()
        assert told.value.until == 1_772_496_000
    with pytest.raises(errors.ConfigurationError):
        client.forecast()


def test_a_client_that_waits_for_the_next_day(
    make: Make, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    client = make(budget=Budget(per_day=3, kept_for_commands=1, when_spent="wait"))
    for _ in range(2):
        client.smarther.status(*thermostat)
    client.smarther.set_off(*thermostat)
    workswith.clock.set("2026-03-02T23:58:00Z")
    assert client.smarther.status(*thermostat) is not None
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    assert workswith.clock.now() >= midnight.timestamp() * 1_000


def test_nothing_reached_is_nothing_spent(make: Make) -> None:
    make().close()
    client = make(base="http://127.0.0.1:1")
    with pytest.raises(errors.NotReached):
        client.run(smarther.plants())
    assert client.forecast().spent == 0


def test_a_redirect_is_not_followed(client: Client, workswith: Cloud) -> None:
    """Key and token belong to the address that they were meant for."""
    workswith.faults.add("answer", status=302, body="", times=1)
    with pytest.raises(errors.UnexpectedAnswer):
        client.smarther.plants()


@pytest.mark.parametrize("body", ["<html>", "[]", '"ok"'])
def test_a_good_status_with_something_else_in_it(
    body: str, client: Client, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    workswith.faults.add("answer", status=200, body=body, times=1)
    with pytest.raises(errors.UnexpectedAnswer):
        client.smarther.status(*thermostat)
    workswith.faults.add("answer", status=200, body=body, times=1)
    client.smarther.set_off(*thermostat)
