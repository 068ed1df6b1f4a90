"""A program that is no sandbox cannot be told to fail: it has no doors, no routes, no engine. [SBX-3]"""

import ast
from pathlib import Path
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient

from workswith.app.areas import Areas
from workswith.app.kernel import Kernel
from workswith.app.routing import Paths
from workswith.app.seams import PLAIN
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.settings import Settings
from workswith.web.site.services import Origins

SOURCE = Path(__file__).parents[3] / "src" / "workswith"
WIRING = {"app/bench.py", "app/generation.py"}


def test_only_a_sandbox_wires_it() -> None:
    """Nothing outside of `sandbox` knows of faults but the two files that build a sandbox."""
    knowing = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if any("sandbox.faults" in name for name in names):
                knowing.add(path.relative_to(SOURCE).as_posix())
    assert {one for one in knowing if not one.startswith("sandbox/")} == WIRING


def test_plain_seams_leave_everything_as_it_is() -> None:
    seams: tuple[Any, ...] = (PLAIN.apis, PLAIN.notifications, PLAIN.posts)
    for seam in seams:
        thing = object()
        assert seam(thing) is thing


@pytest.mark.parametrize("path", ["/sandbox/faults", "/sandbox/coverage", "/testing"])
async def test_no_route_of_it_without_a_sandbox(
    path: str, database: Database, clock: Clock
) -> None:
    origin = "http://testserver"
    origins = Origins(origin, origin, origin)
    areas = Areas(Kernel(Settings(), database, clock, origins, b"k" * 32))
    site = Paths(areas.gateway, areas.login(), areas.site(None, sandbox=False), None, origins)
    async with AsyncClient(transport=ASGITransport(site), base_url=origin) as client:
        assert (await client.get(path)).status_code == 404
        assert (await client.post(path, json={"kind": "408"})).status_code in (404, 405)
