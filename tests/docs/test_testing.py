"""The examples of docs/testing.md run as they stand there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"
_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.timeout(600)
def test_the_examples_run(tmp_path: Path) -> None:
    blocks = _BLOCK.findall(PAGE.read_text())
    (conftest,) = [block for block in blocks if block.startswith("# conftest.py")]
    tests = [block for block in blocks if block != conftest]
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_page.py").write_text("\n\n".join(tests))
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counted = sum(block.count("def test_") for block in tests)
    assert f"{counted} passed" in done.stdout
