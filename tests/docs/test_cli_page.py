"""docs/cli.md is what the commands say of themselves."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_commands_say() -> None:
    printed = subprocess.run(
        [sys.executable, "scripts/cli-page"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    page = (ROOT / "docs" / "cli.md").read_text()
    assert page == printed, "print it anew: .venv/bin/python scripts/cli-page > docs/cli.md"


def test_every_command_with_output_for_programs_has_json() -> None:
    """What lists or shows something can be read by programs."""
    page = (ROOT / "docs" / "cli.md").read_text()
    sections = {
        part.splitlines()[0]: part for part in page.replace("### ", "## ").split("\n## ")[1:]
    }
    lists = [text for name, text in sections.items() if name.split()[-1] in ("list", "show")]
    assert lists
    assert all("--json" in text for text in lists)
