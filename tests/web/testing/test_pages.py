"""The pages of a sandbox for testing clients, without script, against a real one. [SBX-3]"""

from collections.abc import Iterator

import pytest

from tests.cloud import Cloud
from tests.person import Person, signed_in
from tests.security.fields import Field, forms
from tests.web.test_forms import complaints
from workswith.web.app import create
from workswith.web.site.services import Services


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("testing") / "data") as running:
        yield running


@pytest.fixture
def dora(cloud: Cloud) -> Iterator[Person]:
    """The developer, signed in, at the page."""
    yield signed_in(cloud, "developer", "/testing")
    cloud.control("DELETE", "/faults")


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
    assert '<a href="#percent">More than 0 and at most 100.</a>' in page.text
    assert 'value="140"' in page.text
    assert page.text.count('value="486-busy" selected') == 1
    assert cloud.control("GET", "/faults") == []
    dora.open(f"{cloud.origin('portal')}/testing")
    assert dora.submit(dora.form_to("/testing/faults"), kind="408", times="x").status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("times", "x"),
        ("times", "0"),
        ("percent", "a few"),
        ("percent", "140"),
        ("seed", "-1"),
        ("for", "soon"),
        ("ms", "1.5"),
        ("seconds", "x"),
        ("status", "42"),
        ("error", "sadness"),
        ("body", "a body"),
        ("account", "nobody@example.com"),
        ("endpoint", "nowhere"),
    ],
)
def test_what_is_wrong_with_a_fault_stands_beside_its_field(
    cloud: Cloud, dora: Person, field: str, value: str
) -> None:
    typed = {"times": "3", "percent": "50", "for": "30m"}
    typed.pop(field, None)
    form = dora.form_to("/testing/faults")
    page = dora.submit(form, kind="486-busy", **typed, **{field: value})
    assert page.status_code == 422
    beside(page.text, field, value, typed)
    assert cloud.control("GET", "/faults") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "no-such"), ("thing", "plant:none"), ("application", "x"), ("operation", "x")],
)
def test_what_is_wrong_with_a_choice_stands_beside_it(
    cloud: Cloud, dora: Person, field: str, value: str
) -> None:
    chosen = {"kind": "408-timed-out", "times": "3"} | {field: value}
    page = dora.submit(dora.form_to("/testing/faults"), **chosen)
    assert page.status_code == 422
    assert f'<div class="field wrong"><label for="{field}">' in page.text
    assert f'id="{field}-error"' in page.text
    assert 'name="times" inputmode="decimal" maxlength="12" value="3"' in page.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("span", "soon"), ("span", "2001-01-01T00:00:00Z"), ("rate", "fast"), ("rate", "-1")],
)
def test_what_is_wrong_with_the_clock_stands_beside_its_field(
    cloud: Cloud, dora: Person, field: str, value: str
) -> None:
    form = next(one for one in dora.forms if field in one.values)
    page = dora.submit(form, **{field: value})
    assert page.status_code == 422
    beside(page.text, field, value, {})
    assert cloud.control("GET", "/clock")["rate"] == 1


def test_a_mistake_leads_back_to_where_it_was_made(cloud: Cloud, dora: Person) -> None:
    dora.open(f"{cloud.origin('portal')}/homes")
    form = dora.form_to("/testing/faults")
    assert dora.submit(form, kind="408-timed-out", **{"for": "soon"}).status_code == 422
    form = dora.form_to("/testing/faults")
    done = dora.submit(form, kind="408-timed-out", **{"for": "30m"})
    assert done.status_code == 200
    assert done.url.path == "/homes"


def beside(text: str, field: str, value: str, typed: dict[str, str]) -> None:
    """The field is marked and says why, and has what was typed, as have the others."""
    assert complaints(text, Field(field, "text"), typed) == []
    shown = [one.value for form in forms(text) for one in form.fields if one.name == field]
    assert value in shown


def test_an_incident(cloud: Cloud, dora: Person) -> None:
    form = next(one for one in dora.forms if one.values.get("pack") == ["burst-429"])
    assert "Ten calls are answered 429." in dora.submit(form).text
    assert [one["kind"] for one in cloud.control("GET", "/faults")] == ["429-throttled"]


def test_the_clock(cloud: Cloud, dora: Person) -> None:
    def clock(form: int, **fields: str) -> dict[str, object]:
        forms = [one for one in dora.forms if one.action == "/testing/clock"]
        press = ("do", fields.pop("do")) if "do" in fields else None
        dora.submit(forms[form], press, **fields)
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
    owner = signed_in(cloud, "end_user", "/testing")
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
