"""The commands that talk to a running sandbox. [SBX-1 SBX-2 SBX-3]"""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cloud import Cloud
from tests.patience import WITHIN, until
from workswith.cli import _COMMANDS, commands


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("commands") / "data") as running:
        yield running


def run(cloud: Cloud, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(commands, [*words, "--data", str(cloud.data)])
    assert result.exit_code == code, result.output
    return result.output


def test_calls_are_signed_in_and_raw_in_a_pipe(cloud: Cloud) -> None:
    plants = json.loads(run(cloud, "call", "get", "/smarther/v2.0/plants"))
    assert len(plants["plants"]) == 2
    own = json.loads(run(cloud, "call", "GET", "smarther/v2.0/plants", "--user", "developer"))
    assert len(own["plants"]) == 1
    shown = run(cloud, "call", "-i", "GET", "/echo/resource", "-H", "X-Mine: yes")
    assert shown.splitlines()[0] == "200"


def test_the_exit_code_tells_the_status(cloud: Cloud) -> None:
    run(cloud, "call", "GET", "/nowhere/at/all", code=4)
    run(cloud, "call", "GET", "/smarther/v2.0/nothing", code=4)
    run(cloud, "fault", "add", "500-crashed", "--times", "1")
    run(cloud, "call", "GET", "/echo/resource", code=5)
    run(cloud, "call", "GET", "/echo/resource", "-H", "broken", code=2)
    away = CliRunner().invoke(commands, ["call", "GET", "/", "--data", "/nowhere"])
    assert (away.exit_code, "workswith up" in away.output) == (1, True)


def test_a_body_comes_from_the_line_a_file_or_stdin(cloud: Cloud, tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    file.write_text('{"a": 1}')
    line = ["call", "POST", "/echo/resource", "-d"]
    given = [run(cloud, *line, '{"a": 1}'), run(cloud, *line, f"@{file}")]
    typed = CliRunner().invoke(commands, [*line, "@-", "--data", str(cloud.data)], '{"a": 1}')
    assert given == [typed.output, typed.output]
    assert "no_such" in run(cloud, *line, "@no_such", code=1)


def test_quota(cloud: Cloud) -> None:
    limit = json.loads(run(cloud, "quota", "show", "--json"))["limit"]
    assert f"{limit - 1} of {limit} calls used, 1 left" in run(cloud, "quota", "set", "--left", "1")
    run(cloud, "call", "GET", "/echo/resource")
    run(cloud, "call", "GET", "/echo/resource", code=4)
    run(cloud, "quota", "reset")
    run(cloud, "call", "GET", "/echo/resource")
    run(cloud, "quota", "set", code=2)


def test_tokens_and_keys(cloud: Cloud) -> None:
    token = run(cloud, "token", "mint").strip()
    assert token.count(".") == 2
    assert json.loads(run(cloud, "token", "mint", "--json"))["refresh_token"]
    assert "There is: developer" in run(cloud, "token", "mint", "--user", "x", code=1)
    old = json.loads(run(cloud, "key", "show", "--json"))
    rolled = run(cloud, "key", "roll", "secondary").strip()
    now = json.loads(run(cloud, "key", "show", "--json"))
    assert now == {"primary_key": old["primary_key"], "secondary_key": rolled}
    assert rolled != old["secondary_key"]
    run(cloud, "key", "roll")
    run(cloud, "call", "GET", "/echo/resource")


def test_devices(cloud: Cloud) -> None:
    listed = json.loads(run(cloud, "device", "list", "--json"))
    thermostat = next(one for one in listed if one["device"] == "chronothermostat")
    assert "is offline" in run(cloud, "device", "offline", thermostat["id"])
    assert "is online" in run(cloud, "device", "online", thermostat["id"][:13])
    run(cloud, "device", "touch", thermostat["id"], "--set-point", "21")
    assert "No device" in run(cloud, "device", "silent", "nothing of the kind", code=1)
    assert run(cloud, "device", "list").splitlines()[0].split("\t")[0] == "ID"


def test_events(cloud: Cloud, tmp_path: Path) -> None:
    listed = json.loads(run(cloud, "device", "list", "--json"))
    module = next(one["id"] for one in listed if one["device"] == "chronothermostat")
    # The last ones: others may have something to tell at the same time.
    run(cloud, "device", "touch", module, "--set-point", "19.5")
    printed = run(cloud, "events", "tail", "--no-follow", "-n", "9", "--json")
    assert module in [json.loads(line)["module_id"] for line in printed.splitlines()]
    out = tmp_path / "tail.txt"
    command = [sys.executable, "-m", "workswith", "events", "tail", "-n", "0", "--json"]
    with out.open("w") as printing:
        following = subprocess.Popen(
            [*command, "--data", str(cloud.data)],
            stdout=printing,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    try:
        turns = itertools.cycle(range(15, 25))

        def tailed() -> bool:
            run(cloud, "device", "touch", module, "--set-point", str(next(turns)))
            return module in out.read_text()

        until(tailed)
    finally:
        following.terminate()
        following.wait(WITHIN)


def test_snapshots(cloud: Cloud) -> None:
    document = cloud.data / "sandbox.json"
    before = json.loads(document.read_text())
    assert "Saved as one" in run(cloud, "snapshot", "save", "one")
    run(cloud, "clock", "advance", "3d")
    run(cloud, "quota", "set", "--left", "0")
    assert "Everything is as at" in run(cloud, "snapshot", "restore", "one")
    run(cloud, "call", "GET", "/echo/resource")
    assert "which began as main" in run(cloud, "snapshot", "fork", "two")
    rows = run(cloud, "snapshot", "list").splitlines()
    assert [row.split("\t")[0] for row in rows if "\t" in row] == ["NAME", "seeded", "main", "one"]
    run(cloud, "snapshot", "remove", "one")
    assert "no state called" in run(cloud, "snapshot", "restore", "one", code=1)
    run(cloud, "snapshot", "reset", "--json")
    after = json.loads(document.read_text())
    assert after["application"] == before["application"], "a reset keeps what was printed"
    run(cloud, "call", "GET", "/echo/resource")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    script = CliRunner().invoke(commands, ["completion", shell])
    assert "_WORKSWITH_COMPLETE" in script.output
    asked = {
        "bash": {"COMP_WORDS": "workswith sna", "COMP_CWORD": "1"},
        "zsh": {"COMP_WORDS": "workswith sna", "COMP_CWORD": "1"},
        "fish": {"COMP_WORDS": "workswith sna", "COMP_CWORD": "sna"},
    }[shell]
    done = subprocess.run(
        [Path(sys.executable).with_name("workswith")],
        env={**os.environ, **asked, "_WORKSWITH_COMPLETE": f"{shell}_complete"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "snapshot" in done.stdout


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    """Help with what it does; the text of the list is the command's own, or an abridgement."""
    result = CliRunner().invoke(commands, [name, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output
    assert len(result.output.splitlines()) > 5


def test_help_starts_fast() -> None:
    """Under 150 ms of a quiet machine; here in time of the processor, which others cannot take."""
    used = []
    for _ in range(3):
        before = os.times()
        subprocess.run(
            [sys.executable, "-m", "workswith", "--help"], check=True, capture_output=True
        )
        after = os.times()
        used.append(
            after.children_user + after.children_system
            - before.children_user - before.children_system
        )  # fmt: skip
    assert min(used) < 0.15


def test_help_imports_nothing_of_the_cloud() -> None:
    look = (
        "import sys\n"
        "from workswith.cli import commands\n"
        "try:\n    commands(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'starlette', 'cryptography', 'msgspec', 'rich', 'asyncio', 'sqlite3'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
