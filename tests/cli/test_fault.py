"""``workswith fault``, ``deviation`` and ``coverage``: what people and programs read. [SBX-3]"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.cloud import Cloud
from workswith.cli import commands


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("fault") / "data") as running:
        yield running


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(commands, [*words, "--data", str(data)])


def good(cloud: Cloud, *words: str) -> str:
    done = run(cloud.data, *words)
    assert done.exit_code == 0, done.output
    return done.output


def test_from_nothing_to_nothing(cloud: Cloud) -> None:
    assert "Nothing goes wrong." in good(cloud, "fault", "list")
    _, module = cloud.thermostat()
    added = good(cloud, "fault", "add", "486", "--module", module, "--times", "2", "--for", "1h")
    assert "486-busy" in added
    assert f"module={module}" in added
    fault = json.loads(
        good(cloud, "fault", "add", "reset", "--after", "--probability", "0.25", "--json")
    )
    assert (fault["kind"], fault["options"]) == ("reset", {"after": True})
    listed = json.loads(good(cloud, "fault", "list", "--json"))
    assert [one["kind"] for one in listed] == ["486-busy", "reset"]
    assert "25% (seed 0)" in good(cloud, "fault", "list")
    assert "Cleared 1 fault." in good(cloud, "fault", "clear", str(fault["id"]))
    assert "Cleared 1 fault." in good(cloud, "fault", "clear", "busy")
    assert "Cleared 0 faults." in good(cloud, "fault", "clear")


def test_a_pipe_gets_plain_columns(cloud: Cloud) -> None:
    lines = good(cloud, "fault", "kinds").splitlines()
    assert lines[0].split("\t")[0] == "KIND"
    names = [line.split("\t")[0] for line in lines[1:]]
    assert {"latency", "486-busy", "token-refused", "c2c-outage"} <= set(names)
    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fault", "add", "gremlins"), "there is no fault"),
        (("fault", "add", "404"), "may be: 404-operation-unknown"),
        (("fault", "add", "408", "--module", "x"), "there is no module `x`"),
        (("fault", "clear", "99"), "There is no such fault."),
        (("fault", "pack", "gremlins"), "there are: weekend-without-notifications"),
        (("deviation", "set", "gremlins", "1"), "there is no switch"),
        (("deviation", "set", "quota-status", "500"), "is one of: 403, 429"),
    ],
)
def test_mistakes_are_told(cloud: Cloud, words: tuple[str, ...], said: str) -> None:
    done = run(cloud.data, *words)
    assert done.exit_code == 1
    assert said in done.output


def test_without_a_sandbox_it_says_how_to_have_one(tmp_path: Path) -> None:
    for words in (("fault", "list"), ("deviation", "list"), ("coverage",)):
        done = run(tmp_path, *words)
        assert (done.exit_code, "workswith up" in done.output) == (1, True)


def test_packs(cloud: Cloud) -> None:
    assert "daylight-saving-night" in good(cloud, "fault", "pack")
    played = good(cloud, "fault", "pack", "burst-429")
    assert "✓ Ten calls are answered 429." in played
    assert "429-throttled" in played
    good(cloud, "fault", "pack", "all-well")
    assert json.loads(good(cloud, "fault", "list", "--json")) == []


def test_deviations(cloud: Cloud) -> None:
    assert "quota-status\t429\t403 429" in good(cloud, "deviation", "set", "quota-status", "429")
    switches = json.loads(good(cloud, "deviation", "reset", "--json"))
    assert all(one["is"] == one["usual"] for one in switches)


def test_coverage(cloud: Cloud) -> None:
    good(cloud, "coverage", "--forget")
    with cloud.http() as http:
        http.get(cloud.status_url())
        http.get(cloud.status_url(), headers=cloud.api_headers())
    report = json.loads(good(cloud, "coverage", "--json"))
    assert [one["name"] for one in report["errors"] if one["times"]] == ["401-key-missing"]
    shown = good(cloud, "coverage", "--missing")
    assert "401-key-missing\t" not in shown
    assert "workswith fault add gateway-offline" in shown


def test_every_command_has_examples() -> None:
    for words in (["fault"], ["fault", "add"], ["deviation"], ["coverage"]):
        shown = CliRunner().invoke(commands, [*words, "--help"]).output
        assert shown.count("workswith ") >= 2, words
