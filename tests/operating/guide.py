"""What docs/operating/production.md prints: its files and its commands, to be used as they stand."""

import re
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/operating/production.md"
_BLOCK = re.compile(
    r"(?:^`(?P<path>/\S+)`:\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass
class Guide:
    """``files`` by their path; ``commands`` are the lines of all ``sh`` blocks, in their order."""

    files: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)

    def command(self, *words: str) -> str:
        """The first one that begins so."""
        return next(line for line in self.commands if line.split()[: len(words)] == list(words))


def guide() -> Guide:
    found = Guide()
    for block in _BLOCK.finditer(PAGE.read_text()):
        if block["path"]:
            found.files[block["path"]] = block["text"]
        elif block["kind"] == "sh":
            found.commands += block["text"].splitlines()
    return found


def exchange(text: str, *pairs: tuple[str, str]) -> str:
    """What is otherwise on the machine of a test. Raises ``ValueError`` where it is gone."""
    for old, new in pairs:
        if old not in text:
            raise ValueError(f"{PAGE.name} no longer has {old!r}")
        text = text.replace(old, new)
    return text
