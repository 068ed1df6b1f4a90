"""The table of retries, row by row. [retries.py]"""

import pytest

from workswith_client import errors
from workswith_client.retries import Again, Retries
from workswith_client.wire import Response

READ, COMMAND, ONCE = Again.HARMLESS, Again.SAME_STATE, Again.TWICE


def answer(status: int, **headers: str) -> errors.ApiError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return errors.of_answer(Response(status, named, b'{"statusCode":1,"message":"x"}'))


def pause(error: Exception, again: Again, tried: int = 1, since: float = 0.0) -> float | None:
    return Retries().pause(error, again=again, tried=tried, since=since, chance=lambda: 0.0)


@pytest.mark.parametrize(
    ("error", "pauses"),
    [
        (answer(429, retry_after="7"), (7, 7, 7)),
        (answer(429), (1, 1, 1)),
        (answer(429, retry_after="91"), (None, None, None)),
        (answer(486), (10, 10, 10)),
        (answer(408), (1, 1, None)),
        (answer(500), (1, 1, None)),
        (answer(502), (1, 1, None)),
        (answer(503, retry_after="20"), (20, 20, None)),
        (answer(503, retry_after="57"), (57, None, None)),
        (errors.NotReached(), (1, 1, 1)),
        (errors.ConnectionLost(), (1, 1, None)),
        (errors.TimedOut(), (1, 1, None)),
        *((answer(status), (None, None, None)) for status in (400, 401, 403, 404, 406, 409)),
        *((answer(status), (None, None, None)) for status in (430, 469, 470, 302)),
    ],
    ids=str,
)
def test_what_is_tried_again(error: Exception, pauses: tuple[float | None, ...]) -> None:
    assert tuple(pause(error, again) for again in (READ, COMMAND, ONCE)) == pauses


def test_pauses_grow_and_end() -> None:
    error = answer(500)
    assert [pause(error, READ, tried) for tried in (1, 2, 3, 4)] == [1, 2, 4, None]
    assert pause(error, READ, 1, since=89.5) is None
    assert pause(error, COMMAND, 1, since=29.5) is None, "somebody may have turned it since"
    assert pause(error, COMMAND, 1, since=28.5) == 1


def test_chance_adds_up_to_half() -> None:
    found = Retries().pause(answer(500), again=READ, tried=2, since=0, chance=lambda: 1.0)
    assert found == 3


def test_an_instant_in_place_of_seconds() -> None:
    """RFC 9110 allows both."""
    headers = {
        "retry-after": "Mon, 02 Mar 2026 07:00:30 GMT",
        "date": "Mon, 02 Mar 2026 07:00:10 GMT",
    }
    assert Response(429, headers).retry_after == 20
    assert Response(429, {"retry-after": "soon"}).retry_after is None
    assert Response(429).retry_after is None
