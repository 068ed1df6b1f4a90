"""A start pays only for what it uses: heavy libraries wait for the page or the command that needs them."""

import re
import resource
import subprocess
import sys
from pathlib import Path

from tests.cloud import Cloud

LATER = frozenset(
    {
        "alembic",
        "asyncpg",
        "babel",
        "httpx2",
        "jinja2",
        "joserfc",
        "numpy",
        "redis",
        "smtplib",
        "sqlalchemy",
        "webauthn",
        "wtforms",
    }
)
HELP_SECONDS = 0.15
"""Of CPU, the best of some."""


def imported(text: str) -> set[str]:
    """The top-level modules of what ``-X importtime`` has written."""
    return {name.partition(".")[0] for name in re.findall(r"\| +\d+ \| +([\w.]+)", text)}


def test_the_program_can_be_imported_without_them() -> None:
    code = "import sys, workswith.app; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not LATER & set(run.stdout.split())


def test_a_cloud_that_answers_programs_has_not_loaded_them(tmp_path: Path) -> None:
    """After the first start, which makes the tables, up to the first answers of API and login."""
    data = tmp_path / "data"
    with Cloud(data) as first:
        first.stop()
    first.log.unlink()
    with Cloud(data, PYTHONPROFILEIMPORTTIME="1") as cloud, cloud.http() as http:
        plants = http.get(
            f"{cloud.origin('api')}/smarther/v2.0/plants", headers=cloud.api_headers()
        )
        assert plants.status_code == 200
        keys = http.get(f"{cloud.origin('login')}/.well-known/openid-configuration")
        assert keys.status_code in (200, 404)
        assert cloud.stop() == 0
    names = imported(cloud.log.read_text())
    assert "uvicorn" in names  # it was written down at all
    assert not LATER & names


def test_help_is_there_at_once() -> None:
    costs = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "workswith", "--help"], check=True, capture_output=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        costs.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    assert min(costs) < HELP_SECONDS
