"""Prometheus reads how an installation is doing, with a token and not without. [OPR]"""

import dataclasses

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.web.browser import Browser
from workswith.catalog.usage import Usage
from workswith.kernel import mail
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx
from workswith.web.site.services import Services

TOKEN = "7f3c"


@pytest.fixture
def services(services: Services) -> Services:
    settings = msgspec.structs.replace(services.settings, metrics_token=TOKEN)
    return dataclasses.replace(services, settings=settings)


@dataclasses.dataclass(frozen=True, slots=True)
class Called:
    at: int
    status: int
    checks_us: int = 30
    handling_us: int = 60
    subscription_id: str = "s"
    client_id: str = "c"
    account_id: str = "a"
    api: str = 'e"cho'
    operation: str = "read"


async def told(browser: Browser) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample, as a program by others reads them."""
    answer = await browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_calls_of_the_day_are_counted(
    browser: Browser, database: Database, clock: Clock
) -> None:
    usage = Usage(database)
    for status, times in ((200, 3), (403, 1)):
        for _ in range(times):
            usage.note(Called(clock.now(), status))
    await usage.flush()
    found = await told(browser)

    def sample(name: str, **labels: str) -> float:
        return found[f"workswith_{name}", frozenset({("api", 'e"cho'), *labels.items()})]

    assert sample("calls_total", status="200") == 3
    assert sample("calls_total", status="403") == 1
    assert sample("call_seconds_bucket", le="7e-05") == 0
    assert sample("call_seconds_bucket", le="0.0001") == 4
    assert sample("call_seconds_bucket", le="+Inf") == sample("call_seconds_count") == 4
    assert sample("call_seconds_sum") == pytest.approx(4 * 90e-6)


async def test_what_waits_is_seen(browser: Browser, database: Database, clock: Clock) -> None:
    async def write(tx: Tx) -> None:
        await mail.post(tx, to="a@example.com", subject="s", text="t", now=clock.now() - 5_000)

    await database.write(write)
    found = await told(browser)
    nothing: frozenset[tuple[str, str]] = frozenset()
    assert found["workswith_mails_waiting", nothing] == 1
    assert found["workswith_mail_oldest_seconds", nothing] == 5
    assert found["workswith_webhook_waiting", nothing] == 0
    assert found["workswith_gateways", frozenset({("state", "online")})] == 0


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer wrong", "Basic 7f3c"])
async def test_nothing_is_told_without_the_token(browser: Browser, shown: str) -> None:
    assert (await browser.get("/metrics", headers={"Authorization": shown})).status_code == 404
