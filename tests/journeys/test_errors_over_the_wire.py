"""The gateway's answers as programs see them: to the byte, whatever is thrown at it."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.cloud import Cloud
from tests.patience import WITHIN

MISSING_KEY = (
    b'{ "statusCode": 401, "message": "Access denied due to missing subscription key. '
    b'Make sure to include subscription key when making requests to an API." }'
)
INVALID_KEY = (
    b'{ "statusCode": 401, "message": "Access denied due to invalid subscription key. '
    b'Make sure to provide a valid key for an active subscription." }'
)
NOT_FOUND = b'{ "statusCode": 404, "message": "Resource not found" }'


def test_lengths_are_those_recorded_from_the_original() -> None:
    assert [len(MISSING_KEY), len(INVALID_KEY), len(NOT_FOUND)] == [152, 143, 54]


def test_key_errors_to_the_byte(cloud: Cloud) -> None:
    with cloud.http() as http:
        without = http.get(cloud.status_url())
        assert (without.status_code, without.content) == (401, MISSING_KEY)
        assert without.reason_phrase == "Access Denied"
        assert without.headers["www-authenticate"] == (
            f'AzureApiManagementKey realm="{cloud.origin("api")}/smarther/v2.0",'
            'name="Ocp-Apim-Subscription-Key",type="header"'
        )
        wrong = http.get(cloud.status_url(), headers={"Ocp-Apim-Subscription-Key": "0" * 32})
        assert (wrong.status_code, wrong.content) == (401, INVALID_KEY)
        assert wrong.reason_phrase == "Access Denied"
        key = {"Ocp-Apim-Subscription-Key": cloud.api_headers()["Ocp-Apim-Subscription-Key"]}
        assert http.get(cloud.status_url(), headers=key).reason_phrase == "Unauthorized"


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/smarther/v2.0/nothing"),
    ("PUT", "/smarther/v2.0/plants"),
    ("GET", "/smarther/v2.0"),
    ("GET", "/echo/unknown"),
])  # fmt: skip
def test_unknown_paths_and_verbs(cloud: Cloud, method: str, path: str) -> None:
    with cloud.http() as http:
        answer = http.request(method, cloud.origin("api") + path, headers=cloud.api_headers())
        assert (answer.status_code, answer.content) == (404, NOT_FOUND)


def test_someone_elses_plant_and_an_unknown_module(cloud: Cloud) -> None:
    plant, module = cloud.thermostat()
    strange = "00000000-0000-0000-e053-000000000000"
    with cloud.http() as http:
        for url in (
            cloud.status_url().replace(plant, strange),
            cloud.status_url().replace(module, strange),
        ):
            answer = http.get(url, headers=cloud.api_headers())
            assert answer.status_code == 404
            assert answer.json()["message"] == "Resource not found"


def bad_bodies() -> Iterator[tuple[str, bytes, set[int]]]:
    yield "not json", b"{", {400}
    yield "empty", b"", {400}
    yield "a list", b"[]", {400}
    yield "a string", b'"x"', {400}
    yield "a number", b"7", {400}
    yield "null", b"null", {400}
    yield "invalid utf-8", b'{"function":"\xff\xfe","mode":"off"}', {400}
    yield "utf-16", '{"function":"heating","mode":"off"}'.encode("utf-16"), {400}
    yield "NUL byte", b'{"function":"heat\x00ing","mode":"off"}', {400}
    yield "escaped NUL", b'{"function":"heat\\u0000ing","mode":"off"}', {400}
    yield (
        "NaN",
        b'{"function":"heating","mode":"manual","setPoint":{"value":NaN,"unit":"C"}}',
        {400},
    )
    yield "deep", b'{"function":' + b"[" * 5000 + b"]" * 5000 + b"}", {400}
    yield "wrong type", b'{"function":1,"mode":"off"}', {400}
    yield "missing member", b'{"mode":"off"}', {400}
    yield "unknown mode", b'{"function":"heating","mode":"sleep"}', {430}
    yield (
        "too hot",
        b'{"function":"heating","mode":"manual","setPoint":{"value":"40.1","unit":"C"}}',
        {430},
    )
    yield "long value", b'{"function":"' + b"h" * 10_000 + b'","mode":"off"}', {430}
    yield (
        "unknown program",
        b'{"function":"heating","mode":"automatic","programs":[{"number":12}]}',
        {430},
    )
    yield "huge", b'{"function":"heating","mode":"off","x":"' + b"x" * 5_000_000 + b'"}', {400, 413}


@pytest.mark.parametrize(
    ("name", "body", "statuses"), list(bad_bodies()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_bad_bodies_get_the_documented_error(
    cloud: Cloud, name: str, body: bytes, statuses: set[int]
) -> None:
    with cloud.http() as http:
        answer = http.post(cloud.status_url(), content=body, headers=cloud.api_headers())
    assert answer.status_code in statuses, answer.text
    assert set(answer.json()) == {"statusCode", "message"}
    assert "Traceback" not in answer.text


def test_unknown_members_are_ignored_and_good_values_work(cloud: Cloud) -> None:
    with cloud.http() as http:
        answer = http.post(
            cloud.status_url(),
            headers=cloud.api_headers(),
            json={
                "function": "HEATING", "mode": "Manual", "surplus": {"a": [1]},
                "setPoint": {"value": 21.5, "unit": "°C"}, "programs": [{"number": "1"}],
                "activationTime": "",
            },
        )  # fmt: skip
        assert (answer.status_code, answer.content) == (200, b"")
        status = http.get(cloud.status_url(), headers=cloud.api_headers()).json()
    assert status["chronothermostats"][0]["setPoint"] == {"value": "21.50000", "unit": "C"}


@pytest.mark.parametrize("raw", [
    b"GARBAGE\r\n\r\n",
    b"GET /smarther/v2.0/plants HTTP/1.1\r\n\r\n",
    b"GET /smarther/v2.0/pl\x00ants HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /%ff%fe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"GET /smarther/v2.0/plants/%00/topology HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
])  # fmt: skip
def test_broken_requests_never_break_the_server(cloud: Cloud, raw: bytes) -> None:
    address = urlsplit(cloud.origin("api"))
    with socket.create_connection((address.hostname, address.port), WITHIN) as connection:
        connection.sendall(raw)
        answer = connection.recv(65536)
    assert b" 500 " not in answer.split(b"\r\n")[0]
    assert b"Traceback" not in answer
    with cloud.http() as http:
        assert http.get(cloud.status_url(), headers=cloud.api_headers()).status_code == 200
