"""``workswith keys`` and ``workswith doctor`` on an installation that is not running."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.cloud import Cloud
from workswith.cli import commands


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("operator") / "data"
    with Cloud(folder, "--tls"):
        pass
    return folder


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(commands, [*words, "--data", str(data)])


def keys(result: Result) -> dict[str, str]:
    assert result.exit_code == 0, result.output
    return {key["state"]: key["kid"] for key in json.loads(result.output)}


def test_a_rotation_drill(data: Path) -> None:
    first = keys(run(data, "keys", "list", "--json"))["current"]
    before = keys(run(data, "keys", "emergency", "--yes", "--json"))
    assert first not in before.values()
    early = run(data, "keys", "rotate")
    assert early.exit_code == 1
    assert "--now" in early.output
    after = keys(run(data, "keys", "rotate", "--now", "--json"))
    assert (after["current"], after["previous"]) == (before["next"], before["current"])


def test_the_doctor_finds_no_failure_in_a_fresh_sandbox(data: Path) -> None:
    found = run(data, "doctor", "--json")
    assert found.exit_code == 0, found.output
    findings = json.loads(found.output)
    assert {one["state"] for one in findings} <= {"good", "note", "warning"}
    assert run(data, "doctor", "--strict").exit_code == 1, "the sample application is legacy"


def test_where_there_is_no_installation_it_says_so(tmp_path: Path) -> None:
    missing = run(tmp_path, "doctor")
    assert missing.exit_code == 1
    assert "There is no sandbox" in missing.output
