"""The typed surface of `workswith.testing`, as a user's own type checker reads it. [SBX-6]"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USE = """
from datetime import timedelta

import workswith.testing
from workswith.testing import Answer, AsyncCloud, Cloud, Home, Notification, Tokens, User


def use(cloud: Cloud) -> None:
    answer: Answer = cloud.call("GET", "/smarther/v2.0/plants")
    status: int = answer.status
    now: int = cloud.clock.advance(timedelta(days=1)) + status
    tokens: Tokens = cloud.token("developer", scope="comfort.read")
    users: dict[str, User] = dict(cloud.users)
    home: Home = cloud.home("flat")
    told: list[Notification] = cloud.webhooks.received(at_least=1)
    landed: str = cloud.sign_in(cloud.origin + tokens.access_token)
    cloud.device(home.modules[0].id).touch(21.5)
    print(now, users, told, landed)


async def use_awaited(cloud: AsyncCloud) -> None:
    answer: Answer = await cloud.call("GET", "/", token=await cloud.token())
    now: int = await cloud.clock.set("2026-06-01T00:00:00Z")
    home: Home = await cloud.home()
    await cloud.device(home.modules[0].id).offline()
    print(answer, now)


async def main() -> None:
    with workswith.testing.cloud(homes=["flat"], seed=2) as cloud:
        use(cloud)
    async with workswith.testing.cloud(now="2026-06-01T00:00:00Z") as awaited:
        await use_awaited(awaited)
"""
WRONG = """
import workswith.testing

workswith.testing.cloud(seeds=1)
with workswith.testing.cloud() as cloud:
    answer: str = cloud.call("GET", "/")
    cloud.clock.advance(None)
"""
MISTAKES = 3


@pytest.mark.timeout(600)
def test_mypy(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(USE)
    (tmp_path / "wrong.py").write_text(WRONG)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent",
         "--config-file=", "use.py", "wrong.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "use.py" not in done.stdout, done.stdout
    assert done.stdout.count(": error:") == MISTAKES, done.stdout


@pytest.mark.timeout(600)
def test_pyright(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(USE)
    (tmp_path / "wrong.py").write_text(WRONG)
    done = subprocess.run(
        [ROOT / ".tools/node_modules/.bin/pyright", "--pythonpath", sys.executable,
         "use.py", "wrong.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    wrong = [line for line in done.stdout.splitlines() if " error: " in line]
    assert not [line for line in wrong if "/use.py" in line], done.stdout
    assert len(wrong) == MISTAKES, done.stdout
