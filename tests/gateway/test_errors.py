"""Every row of the error table, to the byte. [GTW-2; smarther.md §1.1, §9]"""

import pytest

from tests.gateway.conftest import ECHO_ONLY_KEY, KEY, ORIGIN, PLANTS, STATUS, World
from workswith.contracts.binding import Answer
from workswith.gateway.settings import Settings
from workswith.kernel.clock import DAY, parse_iso
from workswith.kernel.problem import Kind, Problem

MISSING = (
    b'{ "statusCode": 401, "message": "Access denied due to missing subscription key. '
    b'Make sure to include subscription key when making requests to an API." }'
)
INVALID = (
    b'{ "statusCode": 401, "message": "Access denied due to invalid subscription key. '
    b'Make sure to provide a valid key for an active subscription." }'
)
NOT_FOUND = b'{ "statusCode": 404, "message": "Resource not found" }'
QUOTA = (
    b'{ "statusCode": 403, "message": "Out of call volume quota. '
    b'Quota will be replenished in 00:30:02." }'
)
RATE = b'{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds." }'
PASSWORD = (
    "Password used in the Thermostat official app is expired. "
    "Please renew it through the official application."
)
TERMS = (
    "Terms and conditions for Thermostat official app are expired. "
    "Please accept them again through the official application."
)
CHALLENGE = (
    f'AzureApiManagementKey realm="{ORIGIN}/smarther/v2.0",'
    'name="Ocp-Apim-Subscription-Key",type="header"'
)


def test_the_lengths_are_those_recorded_from_live_gateways() -> None:
    assert [len(body) for body in (MISSING, INVALID, RATE, NOT_FOUND, QUOTA)] == [
        152,
        143,
        84,
        54,
        100,
    ]


async def test_a_missing_key(world: World) -> None:
    reply = await world.call(key=None)
    assert (reply.status, reply.body) == (401, MISSING)
    assert reply.header("www-authenticate") == CHALLENGE
    assert reply.header("content-type") == "application/json"
    assert reply.header("content-length") == "152"


@pytest.mark.parametrize(
    "key", ["wrong", "0" * 32, KEY.upper(), f"{KEY}x", "\xff" * 9, ECHO_ONLY_KEY]
)
async def test_an_invalid_key_and_a_key_of_another_product(world: World, key: str) -> None:
    reply = await world.call(key=key)
    assert (reply.status, reply.body) == (401, INVALID)
    assert reply.header("www-authenticate") == CHALLENGE
    assert world.seen == []


async def test_the_key_of_a_smaller_product_opens_what_it_contains(world: World) -> None:
    reply = await world.call("DELETE", "/echo/resource", key=ECHO_ONLY_KEY)
    assert reply.status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/smarther/v2.0/nothing"),
        ("GET", "/smarther/v2.0"),
        ("GET", "/smarther/v2.0/"),
        ("GET", "/smarther/v2.0/plants/"),
        ("GET", "/smarther/v2.0x/plants"),
        ("GET", "/smarther/v3.0/plants"),
        ("GET", "/smarther/v2.0/plants/../plants"),
        ("GET", "/smarther/v2.0/plants%00"),
        ("GET", "/elsewhere"),
        ("POST", PLANTS),
        ("DELETE", PLANTS),
        ("HEAD", PLANTS),
        ("TRACE", PLANTS),
        ("OPTIONS", PLANTS),
        ("get", PLANTS),
    ],
)
@pytest.mark.parametrize("key", [KEY, None])
async def test_an_unknown_path_or_method(
    world: World, method: str, path: str, key: str | None
) -> None:
    """404 and never 405, before the key is looked at."""
    reply = await world.call(method, path, key=key)
    assert reply.status == 404
    assert reply.body == (b"" if method == "HEAD" else NOT_FOUND)
    assert reply.header("content-length") == "54"
    assert reply.header("www-authenticate") is None


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (None, "JWT not present."),
        ("old", "The access token is expired. Access denied."),
        ("id", "Invalid JWT: an id_token does not give access. Access denied."),
        ("bad", "Invalid JWT. Access denied."),
    ],
)
async def test_token_errors_in_the_first_shape(
    world: World, token: str | None, message: str
) -> None:
    reply = await world.call(token=token)
    assert reply.status == 401
    assert reply.body == b'{ "statusCode": 401, "message": "%s" }' % message.encode()
    assert ("expired" in message) == (token == "old")
    challenge = reply.header("www-authenticate")
    assert challenge is not None
    assert challenge.startswith(f'Bearer realm="{ORIGIN}/smarther/v2.0"')
    assert ("invalid_token" in challenge) == (token is not None)


@pytest.mark.parametrize(("token", "code"), [(None, 10), ("bad", 10), ("id", 10), ("old", 11)])
async def test_token_errors_in_the_second_shape(world: World, token: str, code: int) -> None:
    world.build(Settings(token_error_shape=2))
    reply = await world.call(token=token)
    assert reply.status == 401
    assert reply.body.startswith(b'{"message":"')
    assert reply.body.endswith(b'","code":%d}' % code)


async def test_a_missing_scope(world: World) -> None:
    reply = await world.call(token="weak")
    assert (reply.status, reply.body) == (
        403,
        b'{ "statusCode": 403, "message": "Operation forbidden" }',
    )
    challenge = reply.header("www-authenticate")
    assert challenge is not None
    assert challenge.endswith('error="insufficient_scope", scope="topology.read"')


async def test_the_call_after_the_last(world: World) -> None:
    world.clock.jump(parse_iso("2026-01-12T23:29:58Z"))
    for _ in range(500):
        assert (await world.call()).status == 200
    reply = await world.call()
    assert (reply.status, reply.body) == (403, QUOTA)
    assert reply.header("retry-after") == "1802"
    assert len(world.seen) == 500


async def test_the_quota_is_replenished_at_midnight(world: World) -> None:
    world.clock.jump(parse_iso("2026-01-12T23:59:59.999Z"))
    for _ in range(500):
        await world.call()
    assert (await world.call()).header("retry-after") == "1"
    world.clock.jump(parse_iso("2026-01-13T00:00:00Z"))
    assert (await world.call()).status == 200


async def test_a_whole_day_is_written_as_net_does(world: World) -> None:
    world.clock.jump(parse_iso("2026-01-13T00:00:00Z"))
    for _ in range(500):
        await world.call()
    reply = await world.call()
    assert b"replenished in 1.00:00:00." in reply.body
    assert reply.header("retry-after") == str(DAY // 1000)


async def test_the_quota_as_429(world: World) -> None:
    world.build(Settings(quota_status=429))
    world.clock.jump(parse_iso("2026-01-12T23:59:03Z"))
    for _ in range(500):
        await world.call()
    reply = await world.call()
    assert (reply.status, reply.body) == (429, RATE)
    assert reply.header("retry-after") == "57"


@pytest.mark.parametrize(
    ("kind", "status", "message"),
    [
        (Kind.MALFORMED, 400, "Bad request"),
        (Kind.TOO_LARGE, 400, "Bad request"),
        (Kind.UNAUTHENTICATED, 401, "Unauthorized"),
        (Kind.FORBIDDEN, 403, "Operation forbidden"),
        (Kind.UNKNOWN, 404, "Resource not found"),
        (Kind.UNREACHABLE, 404, "Gateway Offline"),
        (Kind.UNACCEPTABLE, 406, "Request not acceptable"),
        (Kind.TIMED_OUT, 408, "Request timeout"),
        (Kind.CONFLICT, 409, "The operation says so"),
        (Kind.INVALID, 430, "Wrong input parameters"),
        (
            Kind.PASSWORD_EXPIRED,
            469,
            PASSWORD,
        ),
        (
            Kind.TERMS_EXPIRED,
            470,
            TERMS,
        ),
        (Kind.BUSY, 486, "Busy visual user interface"),
        (Kind.INTERNAL, 500, "Server internal error"),
    ],
)
async def test_the_catalogue_of_the_apis(
    world: World, kind: Kind, status: int, message: str
) -> None:
    world.answer = Problem(kind, "anything", "The operation says so", debug="secret reason")
    reply = await world.call()
    assert reply.status == status
    assert reply.body == b'{"statusCode":%d,"message":"%s"}' % (status, message.encode())
    assert reply.header("content-length") == str(len(reply.body))
    assert reply.header("www-authenticate") is None


async def test_a_conflict_has_the_text_of_its_operation(world: World) -> None:
    world.answer = Problem(Kind.CONFLICT, "subscription_exists", "Another text.")
    reply = await world.call(
        "POST",
        "/smarther/v2.0/plants/e6e10b5e-6a5c-4f3a-e053-27182d0a8c11/subscription",
        body=b'{"EndPointUrl":"https://app.example/hook"}',
    )
    assert (reply.status, reply.body) == (
        409,
        b'{"statusCode":409,"message":"Subscription already exists"}',
    )


async def test_a_rate_limit_has_84_bytes(world: World) -> None:
    world.answer = Problem(Kind.THROTTLED, "burst", "Too fast.", retry_after=57)
    reply = await world.call()
    assert (reply.status, reply.body) == (429, RATE)
    assert reply.header("retry-after") == "57"


async def test_a_bug_is_answered_without_its_story(world: World) -> None:
    world.answer = ZeroDivisionError("secret reason")
    reply = await world.call()
    assert (reply.status, reply.body) == (
        500,
        b'{ "statusCode": 500, "message": "Internal server error" }',
    )
    assert world.records[-1].code == "crashed"


async def test_an_answer_that_cannot_be_sent_is_a_bug_too(world: World) -> None:
    for answer in (Answer(headers={"X-A": "1\r\nSet-Cookie: x"}), Answer(body=object())):
        world.answer = answer
        assert (await world.call()).status == 500


async def test_bodies_that_cannot_be_read(world: World) -> None:
    for body in (b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b"[" * 5000, b'{"a":"\\u0000"}'):
        reply = await world.call("POST", STATUS, body=body)
        assert (reply.status, reply.body) == (400, b'{"statusCode":400,"message":"Bad request"}')
    assert world.seen == []


async def test_a_value_that_is_not_allowed(world: World) -> None:
    reply = await world.call("POST", STATUS, body=b'{"function":"heating","mode":"never"}')
    assert (reply.status, reply.body) == (
        430,
        b'{"statusCode":430,"message":"Wrong input parameters"}',
    )


async def test_an_accept_header_that_excludes_json(world: World) -> None:
    reply = await world.call(headers={"Accept": "text/html"})
    assert (reply.status, reply.body) == (
        406,
        b'{"statusCode":406,"message":"Request not acceptable"}',
    )
