"""The pages of a sandbox for testing clients, without script, against a real one. [SBX-3]"""

from collections.abc import Iterator

import pytest

from tests.cloud import Cloud
from tests.person import Person
from workswith.web.app import create
from workswith.web.site.services import Services


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("testing") / "data") as running:
        yield running


@pytest.fixture
def dora(cloud: Cloud) -> Iterator[Person]:
    """The developer, signed in, at the page."""
    yield signed_in(cloud, "developer")
    cloud.control("DELETE", "/faults")


def signed_in(cloud: Cloud, who: str) -> Person:
    person = Person(cloud.verify)
    person.open(f"{cloud.origin('portal')}{'/home' if who == 'end_user' else '/signin'}")
    known = cloud.document[who]
    person.submit(
        person.form_with("logonIdentifier"),
        logonIdentifier=known["email"],
        password=known["password"],
    )
    person.open(f"{cloud.origin('portal')}/testing")
    return person


def test_cause_see_and_clear(cloud: Cloud, dora: Person) -> None:
    _, module = cloud.thermostat()
    page = dora.submit(
        dora.form_to("/testing/faults"), kind="408-timed-out", thing=f"module:{module}", times="2"
    )
    assert page.status_code == 200
    assert "It goes wrong from now on." in page.text
    assert [one["where"] for one in cloud.control("GET", "/faults")] == [{"module": module}]
    assert f"<code>{module}</code>" in page.text
    cleared = dora.submit(dora.form_with("id"))
    assert "Cleared." in cleared.text
    assert cloud.control("GET", "/faults") == []


def test_a_mistake_keeps_what_was_typed(cloud: Cloud, dora: Person) -> None:
    page = dora.submit(dora.form_to("/testing/faults"), kind="486-busy", percent="140", times="3")
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert 'value="140"' in page.text
    assert page.text.count('value="486-busy" selected') == 1
    assert cloud.control("GET", "/faults") == []
    dora.open(f"{cloud.origin('portal')}/testing")
    assert dora.submit(dora.form_to("/testing/faults"), kind="408", times="x").status_code == 422


def test_an_incident(cloud: Cloud, dora: Person) -> None:
    form = next(one for one in dora.forms if one.values.get("pack") == ["burst-429"])
    assert "Ten calls are answered 429." in dora.submit(form).text
    assert [one["kind"] for one in cloud.control("GET", "/faults")] == ["429-throttled"]


def test_the_clock(cloud: Cloud, dora: Person) -> None:
    def clock(form: int, **fields: str) -> dict[str, object]:
        forms = [one for one in dora.forms if one.action == "/testing/clock"]
        press = ("do", fields.pop("do")) if "do" in fields else None
        dora.submit(forms[form], press=press, **fields)
        dora.open(f"{cloud.origin('portal')}/testing")
        now: dict[str, object] = cloud.control("GET", "/clock")
        return now

    frozen = clock(0, do="freeze")
    assert frozen["frozen"]
    assert clock(1, span="90m")["epoch_ms"] == int(str(frozen["epoch_ms"])) + 90 * 60_000
    assert clock(2, rate="60")["rate"] == 60
    assert clock(0, do="resume")["rate"] == 1
    late = dora.submit(
        next(one for one in dora.forms if "span" in one.values), span="2001-01-01T00:00:00Z"
    )
    assert "a clock only moves forward" in late.text


def test_switches(cloud: Cloud, dora: Person) -> None:
    form = dora.form_to("/testing/switches")
    form.values["enum-case"] = ["lower"]
    dora.submit(form)
    listed = {one["name"]: one["is"] for one in cloud.control("GET", "/deviations")}
    assert listed["enum-case"] == "lower"
    cloud.control("DELETE", "/deviations")


def test_coverage(cloud: Cloud, dora: Person) -> None:
    with cloud.http() as http:
        http.get(cloud.status_url())
    page = dora.open(f"{cloud.origin('portal')}/testing/coverage?missing=1")
    assert "401-key-missing" not in page.text
    assert "401-key-invalid" in page.text
    dora.submit(next(one for one in dora.forms if one.action == "/testing/coverage"))
    report = cloud.control("GET", "/coverage")
    assert [one["name"] for one in report["errors"] if one["times"]] == []


def test_home_owners_and_strangers_do_not_come_in(cloud: Cloud) -> None:
    owner = signed_in(cloud, "end_user")
    assert owner.page is not None
    assert owner.page.status_code == 403
    with cloud.http() as http:
        asked = http.post(f"{cloud.origin('portal')}/testing/faults", data={"kind": "408"})
    assert asked.status_code in (303, 403)
    assert cloud.control("GET", "/faults") == []


def test_a_site_that_is_no_sandbox_has_no_such_pages(services: Services) -> None:
    paths = {getattr(route, "path", "") for route in create(services).routes}
    assert "/home" in paths
    assert not [path for path in paths if path.startswith("/testing")]
