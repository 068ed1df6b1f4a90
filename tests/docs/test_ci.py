"""The recipes of docs/ci.md: the shell runs, the workflows are YAML that says what it means."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.timeout(600)
def test_the_shell_recipe_runs(tmp_path: Path) -> None:
    (recipe,) = blocks("sh")
    program = tmp_path / "program"
    program.write_text(
        "#!/bin/sh\n"
        f"exec {sys.executable} -c '"
        "import os, urllib.request as u\n"
        'r = u.Request(os.environ["ORIGIN"] + "/smarther/v2.0/plants", headers={'
        '"Ocp-Apim-Subscription-Key": os.environ["KEY"], '
        '"Authorization": "Bearer " + os.environ["TOKEN"]})\n'
        "try:\n    print(u.urlopen(r).status)\n"
        "except u.HTTPError as error:\n    print(error.code)\n'\n"
    )
    program.chmod(0o755)
    bin_ = Path(sys.executable).parent
    done = subprocess.run(
        ["sh", "-eu"],
        input=recipe,
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}", "PROGRAM": str(program)},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    statuses = [line for line in done.stdout.splitlines() if line.isdigit()]
    assert statuses == ["200", "500"]


def test_the_workflows_are_whole() -> None:
    whole, steps = blocks("yaml")
    jobs = yaml.safe_load(whole)["jobs"]
    assert {"actions/checkout@v4", "actions/cache@v4"} <= {
        step.get("uses") for step in jobs["tests"]["steps"]
    }
    assert all("run" in step for step in yaml.safe_load(steps))


def test_the_container_file_copies_what_there_is() -> None:
    text = (ROOT / "Containerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE)
    names = " ".join(copied).split()
    assert names
    assert all((ROOT / name).exists() for name in names)
    assert "USER workswith" in text
