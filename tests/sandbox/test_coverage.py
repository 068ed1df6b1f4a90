"""What a client has met so far: counted at the answer, by application, with the way to the rest."""

from dataclasses import dataclass

import pytest

from workswith import apis
from workswith.contracts.binding import Answer, Api, Request, bind
from workswith.gateway.statuses import TABLE
from workswith.identity import errors
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.sandbox.coverage import Coverage
from workswith.sandbox.documented import REACHED
from workswith.sandbox.faults.kinds import name_of


@dataclass
class Record:
    at: int = 0
    api: str = "smarther-v2.0"
    operation: str = "Plants"
    status: int = 200
    code: str = ""
    client_id: str = "app"


async def _handle(_request: Request) -> Answer:
    return Answer()


def smarther() -> list[Api]:
    document = apis.documents()["smarther"]
    return [bind(document, {one.id: _handle for one in document.operations})]


@pytest.fixture
def coverage(database: Database, clock: Clock) -> Coverage:
    return Coverage(database, clock, smarther, TABLE)


def met(coverage: Coverage, part: str, client_id: str = "") -> dict[str, int]:
    return {one["name"]: one["times"] for one in coverage.report(client_id)[part] if one["times"]}


@pytest.mark.parametrize(
    ("status", "code", "row"),
    [
        (401, "token_expired", "401-token-expired"),
        (401, "key_missing", "401-key-missing"),
        (403, "scope_missing", "403-scope-missing"),
        (403, "quota_exhausted", "403-exhausted"),
        (404, "operation_unknown", "404-operation-unknown"),
        (404, "plant_unknown", "404-unknown"),
        (404, "gateway_offline", "404-unreachable"),
        (400, "body_not_json", "400-malformed"),
        (400, "body_too_large", "400-too-large"),
        (408, "device_silent", "408-timed-out"),
        (430, "set_point_range", "430-invalid"),
        (486, "user_interface_busy", "486-busy"),
        (500, "crashed", "500-crashed"),
        (500, "", "500-internal"),
    ],
)
def test_every_answer_belongs_to_its_row(
    coverage: Coverage, status: int, code: str, row: str
) -> None:
    coverage.call(Record(status=status, code=code))
    assert met(coverage, "errors") == {row: 1}


def test_every_row_says_how_to_meet_it(coverage: Coverage) -> None:
    for one in coverage.report()["errors"]:
        assert one["how"]
    assert set(REACHED) <= {name_of(row) for row in TABLE}


def test_applications_are_told_apart(coverage: Coverage) -> None:
    """A call of nobody known, such as one without a key, counts for everybody."""
    coverage.call(Record(client_id="one", status=408))
    coverage.call(Record(client_id="other", status=486))
    coverage.call(Record(client_id="", status=401, code="key_missing"))
    assert met(coverage, "errors", "one") == {"408-timed-out": 1, "401-key-missing": 1}
    assert len(met(coverage, "errors")) == 3
    assert coverage.report()["applications"] == ["one", "other"]


def test_operations_of_the_apis_that_were_called(coverage: Coverage) -> None:
    assert coverage.report()["operations"] == []
    coverage.call(Record())
    coverage.call(Record(status=204))
    listed = {one["name"]: one for one in coverage.report()["operations"]}
    assert len(listed) == 9
    assert listed["Plants"]["times"] == 2
    assert listed["Plants"]["answers"] == [200, 204]
    assert 469 in listed["Plants"]["missing"]


def test_tokens_and_notifications(coverage: Coverage) -> None:
    coverage.token("app", "token/refresh_token", 200, b"{}")
    coverage.token("app", "token/refresh_token", 400, b'{"error":"invalid_grant"}')
    coverage.token("app", "token", 429, b'{"message":"x"}')
    coverage.token("app", "token", 500, b'{"message":"Internal error","code":1}')
    coverage.token("app", "token", 500, b"<html>")
    coverage.attempt("app", 200, "")
    coverage.attempt("app", 500, "")
    coverage.attempt("app", None, "timeout")
    coverage.attempt("app", None, "tls")
    assert met(coverage, "login") == {
        "refresh_token": 1, "invalid_grant": 1, "throttled": 1, "facade": 1,
    }  # fmt: skip
    assert met(coverage, "notifications") == {
        "delivered": 1, "refused": 1, "late": 1, "unreached": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (errors.expired_grant(3, 1, 2, "x"), "grant expired"),
        (errors.expired_secret(), "secret expired"),
        (errors.scopes_changed(), "scopes changed"),
        (errors.invalid_grant("The refresh_token has been revoked"), "grant revoked"),
        (errors.invalid_grant("This refresh_token has been used before. Ask"), "used before"),
        (errors.invalid_grant("The refresh_token is not valid"), "invalid_grant"),
        (errors.unknown_client(), "invalid_client"),
        (errors.temporarily_unavailable(), "temporarily_unavailable"),
    ],
)
def test_every_refusal_of_a_token_is_told_apart(
    coverage: Coverage, error: errors.OAuthError, name: str
) -> None:
    """Day 91, a forced re-consent and a stolen token all say invalid_grant."""
    coverage.token("app", "token/refresh_token", error.status, error.body())
    assert met(coverage, "login") == {name: 1}


async def test_counts_are_kept_and_forgotten(
    coverage: Coverage, database: Database, clock: Clock
) -> None:
    coverage.call(Record(status=408))
    await coverage.close()
    again = Coverage(database, clock, smarther, TABLE)
    await again.load()
    assert met(again, "errors") == {"408-timed-out": 1}
    await again.forget()
    assert again.report()["met"] == 0
    await again.load()
    assert again.report()["met"] == 0
