"""What type checkers say of the public surface, and what an import costs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAM = HERE / "typed_program.py"
PYRIGHT = ROOT / ".tools" / "node_modules" / ".bin" / "pyright"


def test_mypy_strict() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file=", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout


def test_pyright_strict(tmp_path: Path) -> None:
    project = {"include": [str(PROGRAM)], "typeCheckingMode": "strict"}
    config = tmp_path / "pyrightconfig.json"
    config.write_text(json.dumps(project))
    told = _pyright("--project", str(config))
    assert told.returncode == 0, told.stdout


def test_every_public_name_has_a_known_type() -> None:
    """Modules with an underscore, and the extra aiohttp, are not looked at."""
    told = _pyright("--ignoreexternal", "--verifytypes", "workswith_client", "--outputjson")
    said = json.loads(told.stdout)["typeCompleteness"]
    unknown = [
        one["name"] for one in said["symbols"] if one["isExported"] and not one["isTypeKnown"]
    ]
    assert not unknown
    assert said["exportedSymbolCounts"]["withKnownType"] > 100


def _pyright(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PYRIGHT, "--pythonpath", sys.executable, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        env={**os.environ, "PYTHONPATH": str(HERE.parent / "src")},
    )


@pytest.mark.parametrize(
    "heavy", ["httpx2", "ssl", "http.server", "keyring", "aiohttp", "webbrowser"]
)
def test_an_import_brings_nothing_heavy(heavy: str) -> None:
    code = f"import sys, workswith_client; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
