"""``workswith home`` and the control interface's homes. [DEV-4 SBX-3]"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.apis.test_capture import HOME_CONTROL, PLANT
from tests.cloud import Cloud
from workswith.cli import commands
from workswith.devices.templates import TEMPLATES


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("homes") / "data") as running:
        yield running


def run(cloud: Cloud, *words: str, fails: bool = False, **options: Any) -> Result:
    done = CliRunner().invoke(
        commands, ["home", *words, "--data", str(cloud.data)], catch_exceptions=False, **options
    )
    assert (done.exit_code != 0) is fails, done.output
    return done


def told(cloud: Cloud, *words: str, **options: Any) -> Any:
    return json.loads(run(cloud, *words, "--json", **options).stdout)


def test_every_template_is_listed_and_had_for_whoever_is_named(cloud: Cloud) -> None:
    listed = json.loads(CliRunner().invoke(commands, ["home", "templates", "--json"]).stdout)
    assert set(listed) == set(TEMPLATES)
    for name, homes in TEMPLATES.items():
        made = told(cloud, "create", name, "--owner", "operator")
        assert len(made) == len(homes)
        assert made[0]["owner"] == cloud.document["operator"]["email"]
        if name == "shared":
            assert len(made[0]["members"]) == 2
    assert len(told(cloud, "list", "--owner", "operator")) == sum(map(len, TEMPLATES.values()))


def test_a_home_from_beginning_to_end(cloud: Cloud) -> None:
    (made,) = told(cloud, "create", "one_of_each", "--name", "Villa", "--share", "developer")
    assert made["name"] == "Villa"
    email = cloud.document["developer"]["email"]
    assert made["members"][1] == email
    run(cloud, "share", "Villa", email, "--end")
    assert len(told(cloud, "show", "villa")["members"]) == 1
    told(cloud, "rename", "Villa", "Rustico")
    added = told(cloud, "add", "Rustico", "fridge", "--name", "Cooler", "--room", "Cucina")
    room = told(cloud, "add", "Rustico", "room", "--name", "Cantina")
    moved = told(cloud, "move", "Rustico", "Cooler", "Cantina")
    assert next(m for m in moved["modules"] if m["id"] == added["id"])["ambient"] == room["id"]
    told(cloud, "snapshot", "Rustico", "before")
    fork = told(cloud, "fork", "Rustico", "--name", "Twin", "--snapshot", "before")
    assert len(fork["modules"]) == len(moved["modules"]) == 13
    run(cloud, "remove", "Rustico", "--module", "Cooler")
    assert len(told(cloud, "reset", "Rustico")["reset"]) == 12
    assert len(told(cloud, "restore", "Rustico", "before")["modules"]) == 13
    run(cloud, "snapshot", "Rustico", "before", "--remove")
    assert told(cloud, "snapshot", "Rustico") == []
    run(cloud, "remove", "Rustico")
    assert "Rustico" not in run(cloud, "list").stdout
    assert "Twin" in run(cloud, "list").stdout


def test_a_thermostat_is_tuned_and_its_display_locked(cloud: Cloud) -> None:
    (made,) = told(cloud, "create", "flat", "--name", "Tuned")
    tuned = told(cloud, "tune", "Tuned", "Soggiorno", "--lock", "--by", "proportional")
    assert tuned["id"] == made["id"]
    (kept,) = told(cloud, "export", "Tuned")["modules"]
    assert kept["configuration"]["display_locked"] is True
    assert kept["configuration"]["regulation"]["manner"] == "proportional"
    told(
        cloud, "tune", "Tuned", "Soggiorno", "--unlock", "--by", "hysteresis", "--hysteresis", "0.5"
    )
    (kept,) = told(cloud, "export", "Tuned")["modules"]
    assert kept["configuration"]["display_locked"] is False
    assert kept["configuration"]["regulation"]["hysteresis"] == 5
    run(cloud, "remove", "Tuned")


def test_a_file_goes_out_and_in(cloud: Cloud, tmp_path: Path) -> None:
    captured = tmp_path / "captured.json"
    captured.write_text(json.dumps(HOME_CONTROL))
    (home,) = told(cloud, "import", str(captured), "--keep-ids", "--owner", "developer")
    assert home["id"] == PLANT
    assert "in use" in run(cloud, "import", str(captured), "--keep-ids", fails=True).output
    exported = run(cloud, "export", PLANT).stdout
    (again,) = told(cloud, "import", "-", "--name", "Again", input=exported)
    assert [one["name"] for one in again["modules"]] == [one["name"] for one in home["modules"]]
    with cloud.http(headers=cloud.api_headers()) as http:
        url = f"{cloud.origin('api')}/hc/api/v1.0/plants/{again['id']}/topology"
        assert http.get(url).status_code == 200


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("create", "castle"), "no such home"),
        (("create", "flat", "--owner", "nobody@example.com"), "no such account"),
        (("show", "Nowhere"), "There is no 'Nowhere'"),
        (("add", "Casa Verde Sola", "thermostat"), "does not go with"),
        (("add", "Casa Verde Sola", "light", "--room", "Attic"), "'Attic'"),
        (("restore", "Casa Verde Sola", "never"), "no snapshot"),
        (("rename", "Casa Verde Sola", " "), "printable"),
        (("import", "-"), "no JSON"),
    ],
)
def test_mistakes_are_told(cloud: Cloud, words: tuple[str, ...], says: str) -> None:
    if "Casa Verde Sola" not in run(cloud, "list").stdout:
        run(cloud, "create", "one_of_each", "--name", "Casa Verde Sola")
    done = run(cloud, *words, fails=True, input="[")
    assert says in done.output


def test_bodies_that_are_none_are_refused(cloud: Cloud) -> None:
    url = cloud.document["sandbox"]["url"] + "/homes"
    token = {"Authorization": f"Bearer {cloud.document['sandbox']['token']}"}
    plant = told(cloud, "list")[0]["id"]
    with cloud.http(headers=token) as http:
        for path, body in (
            ("", {}),
            ("", {"template": 5}),
            ("", {"template": "flat", "share": "x"}),
            ("/import", {}),
            ("/import", {"answers": {}}),
            ("/import", {"answers": [{"format": "workswith-home"}]}),
            (f"/{plant}/ambients", {"name": 5}),
            (f"/{plant}/modules", {}),
            (f"/{plant}/members", {}),
        ):
            answer = http.post(url + path, json=body)
            assert answer.status_code == 400, (path, body, answer.text)
            assert answer.json()["error"]
        for path in (f"/{plant[:-1]}", "/nowhere", f"/{plant}/export/x"):
            assert http.get(url + path).status_code == 404
        big = {"answers": ["x" * 4_000_001]}
        assert http.post(f"{url}/import", json=big).status_code == 400
    with cloud.http() as http:
        assert http.get(url).status_code == 401


def test_homes_by_the_hundred_and_how_often_their_connection_drops(cloud: Cloud) -> None:
    """More than one account may have by itself, in as many calls as it takes."""
    made = told(
        cloud, "create", "house", "--count", "300", "--name", "Block", "--owner", "operator"
    )
    assert [one["name"] for one in made] == [f"Block {number}" for number in range(1, 301)]
    assert {one["devices"] for one in made} == {3}
    assert "2 homes with 2 devices." in run(cloud, "create", "flat", "--count", "2").stdout
    home = told(cloud, "show", "Block 77")
    assert (len(home["modules"]), home["outages_a_month"]) == (3, 0)
    assert told(cloud, "outages", "Block 77", "30")["outages_a_month"] == 30
    assert told(cloud, "show", "Block 78")["outages_a_month"] == 0
    assert "0<=x<=30" in run(cloud, "outages", "Block 77", "31", fails=True).output


def test_all_that_the_cloud_knows_of_a_device_is_shown(cloud: Cloud) -> None:
    """Reported and told, with version, outcome, and the instant of each member's last change."""
    (made,) = told(cloud, "create", "flat", "--name", "Shown")
    module = made["modules"][0]["id"]

    def show() -> Any:
        words = ["device", "show", module, "--json", "--data", str(cloud.data)]
        return json.loads(CliRunner().invoke(commands, words, catch_exceptions=False).stdout)

    before = show()
    assert (before["version"], before["reach"], before["desired"]) == (1, "online", None)
    assert set(before["changed_at"].values()) == {before["last_seen"]}
    cloud.advance("1h")
    words = ["device", "touch", module, "--set-point", "25", "--data", str(cloud.data)]
    assert CliRunner().invoke(commands, words).exit_code == 0
    after = show()
    assert after["version"] > before["version"]
    assert after["reported"]["set_point"] == 250
    assert after["changed_at"]["setPoint"] == after["last_seen"] > before["last_seen"]
    assert after["changed_at"]["function"] == before["changed_at"]["function"]
