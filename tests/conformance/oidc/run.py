"""One module's run: what it found, and the clock it goes by."""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2

from .configuration import Configuration

Level = Literal["FAILURE", "WARNING", "INFO"]


class Stopped(Exception):
    """Nothing further can be checked."""


class Skipped(Exception):
    """The official suite skips the module for such a server."""


@dataclass
class Run:
    """``findings`` are (level, sentence)."""

    configuration: Configuration
    name: str = ""
    findings: list[tuple[Level, str]] = field(default_factory=list)
    skipped: str = ""

    def __post_init__(self) -> None:
        self.http = httpx2.Client(verify=self.configuration.trust, timeout=90)

    @property
    def result(self) -> str:
        levels = {level for level, _ in self.findings}
        if "FAILURE" in levels:
            return "FAILED"
        if self.skipped:
            return "SKIPPED"
        return "WARNING" if "WARNING" in levels else "PASSED"

    def fail(self, sentence: str) -> None:
        self.findings.append(("FAILURE", sentence))

    def warn(self, sentence: str) -> None:
        self.findings.append(("WARNING", sentence))

    def note(self, sentence: str) -> None:
        self.findings.append(("INFO", sentence))

    def check(self, holds: object, sentence: str) -> bool:
        """``sentence`` says what should be; a failure otherwise."""
        if not holds:
            self.fail(sentence)
        return bool(holds)

    def advise(self, holds: object, sentence: str) -> bool:
        """The same, as a warning."""
        if not holds:
            self.warn(sentence)
        return bool(holds)

    def need(self, holds: object, sentence: str) -> None:
        """The same, and the module ends."""
        if not self.check(holds, sentence):
            raise Stopped

    # The issuer's clock

    def now(self) -> float:
        """Seconds since the epoch."""
        if not self.configuration.clock:
            return time.time()
        return float(self._clock("GET", "")["epoch_ms"]) / 1000

    def let_pass(self, seconds: int) -> None:
        if self.configuration.clock:
            self._clock("POST", "/advance", {"by": f"{seconds}s"})
        else:
            time.sleep(seconds)

    def _clock(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        clock = self.configuration.clock
        header = {"authorization": f"Bearer {clock['token']}"}
        answer = self.http.request(method, clock["url"] + path, json=body, headers=header)
        if answer.status_code != 200:
            raise ValueError(f"the clock answered {answer.status_code}: {answer.text}")
        return dict(answer.json())
