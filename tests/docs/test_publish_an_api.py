"""The guide *Publish an API* is true: its two files, as they stand there, are an API that answers."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.apis.caller import Caller
from tests.devices.conftest import SETTINGS
from tests.gateway.conftest import Subscriptions, Tokens
from workswith.catalog.keys import ActiveKey
from workswith.catalog.quota import MemoryCounter
from workswith.contracts import load
from workswith.contracts.binding import Api, bind
from workswith.contracts.document import ContractError
from workswith.contracts.renderings import postman, reference
from workswith.devices.homes import Home, furnish
from workswith.devices.park import Park
from workswith.devices.twin import Twin
from workswith.gateway.asgi import Gateway
from workswith.gateway.settings import Settings
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident
from workswith.kernel.tasks import Bells

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs/areas/publish-an-api.md"
BLOCK = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^```text row=(\S+)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
BEFORE = {
    "src/workswith/apis/catalogue.py": '"notifications": Bound(',
    "src/workswith/contracts/renderings/known.py": '"classe-100x": at(',
    "tests/apis/derived.py": '"classe-100x": "classe_100x",',
}
"""In front of what a reader writes the row, by the file in which."""
BASE = "/windows/v1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a reader has who copied every block."""
    blocks = BLOCK.findall(GUIDE.read_text("utf-8"))
    assert [name for name, _ in blocks] == ["windows.yaml", "windows.py"]
    for name, text in blocks:
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def handlers_of(folder: Path, reads: Any, twin: Any) -> Any:
    spec = importlib.util.spec_from_file_location("windows", folder / "windows.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handlers(reads, twin)


@pytest.fixture
async def home(database: Database, clock: Clock, ident: Ident) -> Home:
    (home,) = await database.write(furnish, "user", ident, "one_of_each", clock.now())
    return home


@pytest.fixture
def api(folder: Path, home: Home, database: Database, clock: Clock, bells: Bells) -> Api:
    twin = Twin(database, clock, Park(database, clock, bells, SETTINGS), SETTINGS)
    return bind(load(folder / "windows.yaml"), handlers_of(folder, database, twin))


async def test_it_answers_as_its_document_says(api: Api, home: Home, clock: Clock) -> None:
    call = Caller(api, clock, "user")
    status, body = await call("GET", f"/plants/{home.plant.id}/windows")
    assert status == 200
    assert {one["name"] for one in body["windows"]} == {"Tapparella camera", "Tenda soggiorno"}
    assert (await call("GET", f"/plants/{home.plant.id}/windows", who="somebody"))[0] == 404


async def test_the_gateway_protects_it(api: Api, home: Home, clock: Clock, ident: Ident) -> None:
    subscriptions = Subscriptions()
    windows = frozenset({"windows-v1"})
    subscriptions.keys = {"k": ActiveKey("s", "dev", "kit", "primary", 500, windows)}
    gateway = Gateway(
        [api],
        subscriptions=subscriptions,
        access_tokens=Tokens(),
        counter=MemoryCounter(),
        clock=clock,
        ident=ident,
        settings=Settings(),
        origin="https://api.example",
    )

    async def status(key: str) -> int:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            raise AssertionError("a GET has no body")

        async def send(message: Any) -> None:
            sent.append(message)

        path = f"{BASE}/plants/{home.plant.id}/windows"
        headers = [(b"ocp-apim-subscription-key", key.encode()), (b"authorization", b"Bearer good")]
        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
                 "query_string": b"", "headers": headers}  # fmt: skip
        await gateway(scope, receive, send)
        return int(sent[0]["status"])

    assert gateway.owns(f"{BASE}/plants")
    assert await status("x") == 401
    assert await status("k") == 403, "the token of this test has no scope for shutters"


def test_it_has_pages_and_a_place_in_the_collection(api: Api) -> None:
    page = reference.page(api.document, api.document.operations[0], "https://api.example")
    assert page.request_url == "https://api.example/windows/v1/plants/{plantId}/windows"
    flow = postman.Flow("https://l.example", "https://api.example")
    made = json.dumps(postman.collection("x", [api.document], flow))
    assert "Get windows" in made


def test_what_is_missing_is_named(folder: Path) -> None:
    """The guide promises that the program says what is missing."""
    with pytest.raises(ContractError, match="GetWindows has no handler"):
        bind(load(folder / "windows.yaml"), {})


@pytest.mark.timeout(600)
def test_who_follows_it_passes_what_is_asked_of_every_api(folder: Path, tmp_path: Path) -> None:
    """In a copy of the project, with the files and rows of the guide, and nothing else."""
    copy = tmp_path / "copy"
    for part in ("src", "tests"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    apis = copy / "src/workswith/apis"
    for name in ("windows.yaml", "windows.py"):
        shutil.copy(folder / name, apis)
    rows = dict(ROW.findall(GUIDE.read_text("utf-8")))
    assert list(rows) == list(BEFORE)
    for place, row in rows.items():
        add(copy / place, BEFORE[place], row)
    add(apis / "__init__.py", '"notifications",', '"windows",')
    add(apis / "catalogue.py", "smarther_v1,\n)", "windows,")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", "-k",
               "windows", "tests/apis/test_documents.py", "tests/apis/test_derived.py"]  # fmt: skip
    ours = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    environment = {**ours, "PYTHONPATH": str(copy / "src")}
    done = subprocess.run(
        command, check=False, cwd=copy, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3_000:]
    assert int(re.findall(r"(\d+) passed", done.stdout)[-1]) >= 21


def add(file: Path, before: str, row: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(before) == 1, f"{before} in {file}"
    file.write_text(text.replace(before, f"{row}\n{before}"), "utf-8")
