"""What an answer's time, status or text tells strangers: nothing. [ACC-5]"""

from collections.abc import Callable

import psutil
import pytest

from tests.cloud import Cloud

from .conftest import Browser, Client

pytestmark = pytest.mark.xdist_group("attacks")
ROUNDS = 12


def worked(cloud: Cloud) -> float:
    """Seconds of a processor that the cloud has used: those of others do not count."""
    times = psutil.Process(cloud.pid).cpu_times()
    return float(times.user + times.system)


def in_turns(*calls: Callable[[], float]) -> list[float]:
    """The sum of each, asked in turns so that all see the same machine."""
    every = [[call() for call in calls] for _ in range(ROUNDS)]
    return [sum(each) for each in zip(*every, strict=True)]


def test_an_unknown_address_takes_as_long_as_a_wrong_password(cloud: Cloud) -> None:
    """Equal work: a password is hashed for nobody as well."""
    turn = iter(range(10_000))

    def attempt(email: Callable[[], str]) -> Callable[[], float]:
        def call() -> float:
            browser = Browser(cloud, "end_user")
            browser.open(f"{cloud.origin('login')}/signin")
            form = browser.form_with("logonIdentifier", "password")
            cloud.advance("1h")  # past any pause after wrong passwords
            before = worked(cloud)
            answer = browser.submit(form, logonIdentifier=email(), password="wrong " * 3)
            took = worked(cloud) - before
            assert answer.status_code == 422
            texts.add(answer.text.count("notice"))
            return took

        return call

    texts: set[int] = set()
    known, unknown = in_turns(
        attempt(lambda: cloud.document["operator"]["email"]),
        attempt(lambda: f"nobody{next(turn)}@example.com"),
    )
    assert 0.5 < known / unknown < 2.0, (known, unknown)
    assert len(texts) == 1


@pytest.mark.parametrize("path", ["/forgot", "/signup/home"])
def test_who_has_an_account_is_not_told(cloud: Cloud, path: str) -> None:
    answers = []
    for email in (cloud.document["end_user"]["email"], "stranger@example.com"):
        browser = Browser(cloud, "end_user")
        browser.open(f"{cloud.origin('login')}{path}")
        form = browser.form_with("email")
        typed = {"first_name": "Ada", "surname": "Byron", "password": "a long enough secret 7"}
        fields = {name: value for name, value in typed.items() if name in form.values}
        answer = browser.submit(form, email=email, **fields)
        answers.append((answer.status_code, answer.url.path, answer.text.replace(email, "")))
    first, second = ((status, path, len(text.split())) for status, path, text in answers)
    assert first == second


def test_a_wrong_secret_and_an_unknown_client_say_the_same_kind_of_thing(
    cloud: Cloud, client: Client
) -> None:
    wrong = client.refresh("x", client_secret="wrong")
    unknown = client.refresh("x", client_id="00000000-0000-0000-0000-000000000000")
    for answer in (wrong, unknown):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
