"""The table that the server and its pages share."""

import pytest

from workswith.gateway.statuses import APIS, GATEWAY, TABLE, refusal, row_of, timespan
from workswith.kernel.problem import Kind, Problem


def test_every_kind_has_an_answer() -> None:
    for kind in Kind:
        assert row_of(Problem(kind, "any-other-code", "x")).kind is kind


def test_no_row_is_shadowed() -> None:
    assert len({(row.kind, row.code) for row in TABLE}) == len(TABLE)


def test_every_published_status_is_there() -> None:
    assert {row.status for row in TABLE} == {
        *(400, 401, 403, 404, 406, 408, 409, 429, 430, 469, 470, 486, 500),
        503,  # not published: what a gateway says that cannot reach its database
    }


def test_pages_find_a_meaning_in_every_row() -> None:
    assert all(row.meaning.endswith(".") for row in TABLE)
    assert {row.by for row in GATEWAY} == {"gateway"}
    assert {row.by for row in APIS} == {"api"}


def test_only_the_expired_token_speaks_of_expiry() -> None:
    """Clients decide to refresh by that word. [smarther.md §9.3]"""
    tokens = [row for row in TABLE if row.status == 401 and "expired" in row.message]
    assert [row.code for row in tokens] == ["token_expired"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "00:00:00"),
        (1802, "00:30:02"),
        (25_964, "07:12:44"),
        (86_399, "23:59:59"),
        (86_400, "1.00:00:00"),
        (3 * 86_400 + 40_634, "3.11:17:14"),
    ],
)
def test_times_are_written_as_net_writes_them(seconds: int, text: str) -> None:
    assert timespan(seconds) == text


def test_an_api_may_have_errors_of_its_own_but_the_gateway_keeps_its_own() -> None:
    def mine(status: int, message: str, problem: Problem) -> dict[str, object]:
        return {"errors": [{"code": status, "userMessage": message, "why": problem.code}]}

    unknown = Problem(Kind.UNKNOWN, "plant_unknown", "Resource not found")
    assert refusal(unknown, error_body=mine) == (
        404,
        b'{"errors":[{"code":404,"userMessage":"Resource not found","why":"plant_unknown"}]}',
    )
    nowhere = Problem(Kind.UNKNOWN, "operation_unknown", "No.")
    assert refusal(nowhere, error_body=mine) == refusal(nowhere)
