"""Every example of the README runs against a real cloud, as it stands there."""

import ast
import asyncio
import inspect
import re
import threading
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from conftest import options, sign_in
from workswith.testing import Cloud
from workswith_client import AsyncClient, Client
from workswith_client.webhooks import Notification, Receiver

pytestmark = pytest.mark.xdist_group("port 8765")

TEXT = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
async def test_an_example(
    number: int,
    workswith: Cloud,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = options(workswith, store)
    del made["sleep"]
    awaits = "async with" in EXAMPLES[number] or "Keeper" in EXAMPLES[number]
    monkeypatch.setenv("WORKSWITH_URL", workswith.origin)
    await asyncio.to_thread(_sign_in, workswith, store)
    if number == 0:
        await asyncio.to_thread(store.unlink)
        monkeypatch.setattr("webbrowser.open", lambda url: _browse(workswith, url))
    plant, module = workswith.thermostat
    names: dict[str, Any] = {
        "asyncio": asyncio,
        "Client": Client,
        "CLIENT_ID": workswith.application.client_id,
        "CLIENT_SECRET": workswith.application.client_secret,
        "SUBSCRIPTION_KEY": workswith.keys,
        "REDIRECT_URI": workswith.application.redirect_uris[0],
        "PLANT": plant,
        "MODULE": module,
        "SECRETS": [],
        "client": AsyncClient(**made) if awaits else Client(**options(workswith, store)),
        "input": lambda _: workswith.sign_in(shown[-1]),
    }
    shown: list[str] = []
    monkeypatch.setattr("workswith_client.common._print", shown.append)
    monkeypatch.chdir(store.parent)
    if "async for" in EXAMPLES[number]:
        monkeypatch.setattr(Receiver, "get", _told)
    code = compile(EXAMPLES[number], "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if code.co_flags & inspect.CO_COROUTINE:
        await eval(code, names)
    else:
        await asyncio.to_thread(exec, code, names)
    if "watching" in names:
        names["watching"].cancel()
    closing = names["client"].close()
    if inspect.isawaitable(closing):
        await closing


async def _told(_: Receiver) -> Notification:
    return Notification("1", "p", "DeviceToCloud", None, (), None)


def _sign_in(cloud: Cloud, store: Path) -> None:
    with Client(**options(cloud, store)) as client:
        sign_in(cloud, client)


def _browse(cloud: Cloud, url: str) -> None:
    threading.Thread(target=lambda: urllib.request.urlopen(cloud.sign_in(url)).read()).start()


def test_the_readme_has_examples() -> None:
    assert len(EXAMPLES) == 7
