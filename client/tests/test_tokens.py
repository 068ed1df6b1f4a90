"""A link that is never lost: renewing, with a crash after every single step. [tokens.py]"""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

import workswith.testing
from conftest import Make, options, rotate_as_the_original, sign_in
from workswith.testing import Cloud
from workswith_client import Client, errors, tokens
from workswith_client.wire import Response


class Death(BaseException):
    """Of a process: nothing after it happens."""


def die_after(client: Client, flow: Generator[Any, Any, Any], steps: int) -> bool:
    """Performs so many steps, then nothing more. Whether there were as many."""
    step = next(flow)
    for _ in range(steps):
        try:
            step = flow.send(client._driver._perform(step))
        except StopIteration:
            return False
    flow.close()  # lets the lock go, as the end of a process does
    return True


@pytest.mark.parametrize("rotation", ["strict", "original"])
def test_a_crash_after_every_step(rotation: str, tmp_path: Path) -> None:
    settings = {"identity": {"original_rotation_allowed": True}}
    with workswith.testing.cloud(settings=settings, homes=["flat"]) as cloud:
        if rotation == "original":
            rotate_as_the_original(cloud)
        with Client(**options(cloud, tmp_path / "tokens.json")) as client:
            sign_in(cloud, client)
            steps = 0
            while True:
                cloud.clock.advance("2h")
                died = die_after(client, tokens._alone(client._core.login, ""), steps)
                cloud.clock.advance("30s")
                with Client(**options(cloud, tmp_path / "tokens.json")) as next_life:
                    next_life.smarther.status(*cloud.thermostat)
                if not died:
                    break
                steps += 1
            assert steps >= 3


def kept(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.store.read("tokens") or "{}")
    return found


def test_a_successor_that_is_unknown_to_the_cloud(
    client: Client, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    """The file has it, the cloud was restored: its predecessor helps, within the minute."""
    workswith.clock.advance("2h")
    client.smarther.status(*thermostat)
    broken = {**kept(client), "refresh_token": "unknown", "access_token": "old", "expires_at": 0}
    assert broken["predecessor"]
    client.store.write("tokens", json.dumps(broken))
    client.smarther.status(*thermostat)
    assert kept(client)["refresh_token"] != "unknown"


def test_a_refusal_is_not_asked_about_all_the_time(
    client: Client, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    """30 s, 1 min, 2 min …; and the tokens stay, for the refusal may have been a mistake."""
    workswith.clock.advance("2h")
    workswith.faults.add("token-refused")
    for pause in (30, 60, 120):
        for _ in range(3):
            with pytest.raises(errors.SignInRequired):
                client.smarther.status(*thermostat)
        workswith.clock.advance(pause)
    assert workswith.faults.list()[0]["struck"] == 3
    workswith.faults.clear()
    client.smarther.status(*thermostat)
    assert kept(client)["refused"] == 0


def test_day_91_needs_the_person(tmp_path: Path) -> None:
    with (
        workswith.testing.cloud(homes=[]) as cloud,
        Client(**options(cloud, tmp_path / "tokens.json")) as client,
    ):
        sign_in(cloud, client)
        cloud.faults.play("day-91")
        with pytest.raises(errors.SignInRequired):
            client.smarther.plants()
        sign_in(cloud, client)
        assert client.smarther.plants() == ()


def test_changed_scopes_need_the_person(
    client: Client, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    workswith.faults.play("forced-reconsent")
    workswith.clock.advance("2h")
    with pytest.raises(errors.SignInRequired):
        client.smarther.status(*thermostat)
    sign_in(workswith, client)
    client.smarther.status(*thermostat)


def test_who_comes_second_finds_the_tokens_of_who_came_first(
    make: Make, workswith: Cloud, thermostat: tuple[str, str]
) -> None:
    one, other = make(), make()
    workswith.clock.advance("2h")
    one.smarther.status(*thermostat)
    renewed = kept(one)["refresh_token"]
    other.smarther.status(*thermostat)
    assert kept(other)["refresh_token"] == renewed


def test_nobody_has_signed_in(workswith: Cloud, store: Path) -> None:
    with Client(**options(workswith, store)) as client:
        assert not client.signed_in()
        with pytest.raises(errors.SignInRequired):
            client.smarther.plants()


def test_signing_out_forgets(client: Client, store: Path) -> None:
    client.sign_out()
    assert not client.signed_in()
    assert not store.exists()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"expires_in": 3600}, 3600),
        ({"expires_in": "1800"}, 1800),
        ({"expires_on": 5000, "not_before": 3200}, 1800),
        ({"expires_on": "5000", "not_before": "3200"}, 1800),
        ({"expires_on": 5000}, 3600),
        ({}, 3600),
        ({"expires_in": None}, 3600),
        ({"expires_in": "soon"}, 3600),
        ({"expires_in": -1}, 3600),
        ({"expires_in": True}, 3600),
    ],
)
def test_how_long_a_token_is_good(said: dict[str, Any], seconds: float) -> None:
    """Numbers, text, or nothing: what the original answered over the years. [D9]"""
    body = json.dumps({"access_token": "a", "refresh_token": "r2", **said}).encode()
    before = tokens.Tokens("", "r1", 0, 0)
    read = tokens.read(Response(200, {}, body), 100.0, before)
    assert read.expires_at == 100.0 + seconds
    assert (read.refresh_token, read.predecessor) == ("r2", "r1")


def test_an_answer_without_a_refresh_token_keeps_the_one_before() -> None:
    before = tokens.Tokens("", "r1", 0, 0, predecessor="r0")
    read = tokens.read(Response(200, {}, b'{"access_token":"a"}'), 100.0, before)
    assert (read.refresh_token, read.predecessor) == ("r1", "r0")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, '{"error":"invalid_grant","error_description":"AADB2C90080: expired\\r\\nCorrelation"}', errors.SignInRequired),
        (400, '{"error":"invalid_grant","error_description":"AADB2C90085: internal"}', errors.SecretExpired),
        (401, '{"error":"invalid_client"}', errors.ApplicationRefused),
        (400, '{"error":"temporarily_unavailable"}', errors.LoginUnavailable),
        (429, '{\n "message": "Rate limit is exceeded. Try again in 57 seconds."}', errors.LoginUnavailable),
        (500, '{"message":"Internal error","code":1}', errors.LoginUnavailable),
        (502, "<html>", errors.LoginUnavailable),
        (404, "", errors.LoginUnavailable),
    ],
)  # fmt: skip
def test_what_ends_a_link_and_what_does_not(status: int, body: str, kind: type) -> None:
    error = tokens.refusal(Response(status, {}, body.encode()))
    assert type(error) is kind
    assert error.status == status


def test_what_is_kept_is_not_shown() -> None:
    shown = repr(tokens.Tokens("secret-a", "secret-r", 0, 0, predecessor="secret-p"))
    assert "secret" not in shown


def test_what_is_no_token_file() -> None:
    for text in ("", "{", "[]", '{"access_token": 1', '"x"'):
        with pytest.raises(errors.StoreError):
            tokens.parsed(text)
    assert tokens.parsed(None) is None
