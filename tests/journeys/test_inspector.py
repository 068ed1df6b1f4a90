"""The sandbox's own receiver, and looking after endpoints from the command line. [SBX-3 SBX-5]"""

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect

from tests.chromium import Window, chromium
from tests.cloud import Cloud
from tests.journeys.test_notifications import Home
from tests.patience import WITHIN, until
from tests.person import signed_in


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    data = tmp_path_factory.mktemp("inspected") / "data"
    with Cloud(
        data,
        WORKSWITH_CATALOG_STARTER_KIT_QUOTA="100000",
        WORKSWITH_WEBHOOKS_RULES_ANSWER_MS="6000",  # one of them never answers
    ) as running:
        running.control("POST", "/clock/freeze")  # nothing happens at home by itself
        yield running


@pytest.fixture
def home(cloud: Cloud) -> Iterator[Home]:
    with cloud.http() as client:
        yield Home(cloud, client)


def cli(cloud: Cloud, *words: str) -> str:
    command = [sys.executable, "-m", "workswith", "webhooks", *words, "--data", str(cloud.data)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def arrivals(cloud: Cloud, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloud.control("GET", f"/inspect/{name}/arrivals")["arrivals"]
    return found


def endpoints(cloud: Cloud) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(cli(cloud, "endpoints", "--json"))
    return found


def endpoint(cloud: Cloud, url: str) -> dict[str, Any]:
    return next(one for one in endpoints(cloud) if one["url"] == url)


def failed_with(cloud: Cloud, url: str, error: str) -> bool:
    return bool(endpoint(cloud, url)["last_error"] == error)


def test_what_arrives_is_shown_and_the_endpoint_can_be_told_to_fail(
    cloud: Cloud, home: Home
) -> None:
    url = f"{cloud.document['inspector']}mine"
    home.subscribe(url)
    home.turn(21.5)
    (first, *_) = until(lambda: arrivals(cloud, "mine"))
    assert "21.50000" in first["body"]
    assert first["headers"]["webhook-signature"].startswith("v1,")
    page = httpx2.get(
        f"{cloud.document['sandbox']['url']}/inspect/mine",
        headers={"Authorization": f"Bearer {cloud.document['sandbox']['token']}"},
        verify=False,
        timeout=WITHIN,
    )
    assert "21.50000" in page.text
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    outside = httpx2.get(url, verify=False, timeout=WITHIN)
    assert "21.50000" in outside.text
    assert "<form" not in outside.text
    assert "unsafe-inline" not in outside.headers["content-security-policy"].partition("style")[0]

    for behaviour, error in (("fail", ""), ("reset", "reset"), ("vanish", "timeout")):
        cloud.control("POST", "/inspect/mine", {"behaviour": behaviour})
        cli(cloud, "trigger", endpoint(cloud, url)["id"])
        until(partial(failed_with, cloud, url, error))
    assert endpoint(cloud, url)["health"] == "failing"
    cloud.control("POST", "/inspect/mine", {"behaviour": "well"})
    cli(cloud, "trigger", endpoint(cloud, url)["id"])
    until(lambda: endpoint(cloud, url)["health"] == "unsteady")
    assert "may be notified" in cli(cloud, "lift-ban")
    assert endpoint(cloud, url)["health"] == "well"
    delivered = json.loads(cli(cloud, "deliveries", "--state", "delivered", "--json"))
    count = len(arrivals(cloud, "mine"))
    cli(cloud, "replay", delivered[-1]["id"])
    until(lambda: len(arrivals(cloud, "mine")) > count)


def test_listen_hands_on_to_a_program_and_answers_as_it_does(cloud: Cloud, home: Home) -> None:
    got: list[bytes] = []

    class Program(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["content-length"])))
            assert self.headers["webhook-id"]
            self.send_response(418)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Program)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    listener = subprocess.Popen(
        [
            sys.executable, "-m", "workswith", "webhooks", "listen", "--data", str(cloud.data),
            "--forward-to", f"http://127.0.0.1:{server.server_port}/hook", "--json",
        ],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert listener.stderr is not None
        while "Ctrl-C" not in listener.stderr.readline():
            pass
        home.turn(23)
        until(lambda: b"23.00000" in b"".join(got))
        until(lambda: any(one["last_status"] == 418 for one in endpoints(cloud)))
    finally:
        listener.terminate()
        listener.wait(WITHIN)
        server.shutdown()
        server.server_close()


def test_what_was_tried_and_what_was_lost_is_told_on_the_command_line(
    cloud: Cloud, home: Home
) -> None:
    url = f"{cloud.document['inspector']}missed"
    home.subscribe(url)
    cloud.control("POST", "/inspect/missed", {"behaviour": "fail"})
    for number in range(25):
        home.turn(15 + number / 10)
    banned = until(lambda: (one := endpoint(cloud, url))["health"] == "banned" and one)
    home.turn(25.5)
    until(lambda: endpoint(cloud, url)["lost"])

    told = json.loads(cli(cloud, "events", "--endpoint", banned["id"], "--json"))
    assert {"waiting", "lost"} <= {one["outcome"] for one in told}
    assert "25.50000" in told[-1]["body"]
    assert told[-1]["outcome"] == "lost"
    listed = json.loads(cli(cloud, "lost", banned["id"][:8], "--json"))
    assert listed[0]["event_id"] == told[-1]["id"]
    assert "banned" in cli(cloud, "lost", banned["id"][:8])
    deliveries = json.loads(cli(cloud, "deliveries", "--endpoint", banned["id"], "--json"))
    shown = cli(cloud, "show", deliveries[-1]["id"])
    assert "chronothermostats" in shown
    assert "1. " in shown
    assert "503" in shown
    assert "told to fail" in shown

    path = f"/applications/{cloud.document['application']['client_id']}/notifications"
    dora = signed_in(cloud, "developer", path)
    at = f"{cloud.origin('portal')}{path}?endpoint={banned['id']}"
    page = dora.open(f"{at}&state=waiting").text
    assert deliveries[-1]["id"] in page
    assert "told to fail" in page
    assert "Nothing." in dora.open(f"{at}&state=delivered").text
    page = dora.open(at.partition("/notifications")[0] + f"/endpoints/{banned['id']}").text
    assert deliveries[0]["id"] in page.partition("Latest deliveries")[2]


def test_a_browser_shows_what_arrives_while_it_is_looked_at(cloud: Cloud, home: Home) -> None:
    """By keyboard: the page renews itself and keeps the place; what is pressed holds, and shows in
    other browsers too.
    """
    home.subscribe(f"{cloud.document['inspector']}seen")
    sandbox = cloud.document["sandbox"]
    with chromium() as browser, Window(browser) as window, Window(browser) as other:
        page = window.page
        for each in (page, other.page):
            each.goto(f"{sandbox['url']}/inspect/seen?token={sandbox['token']}")
        expect(page.get_by_role("status")).to_have_text("0 arrived.")
        page.evaluate("window.stayed = true")
        home.turn(17.5)
        expect(page.get_by_role("status")).to_contain_text("1 arrived")
        expect(page.get_by_text('"17.50000"')).to_be_visible()
        assert page.evaluate("window.stayed")
        page.get_by_role("button", name="fail").press("Enter")
        expect(page.get_by_text("It answers 503.")).to_be_visible()
        for each in (page, other.page):
            fail = each.get_by_role("button", name="fail")
            expect(fail).to_have_attribute("aria-pressed", "true")
        page.get_by_role("link", name="All endpoints").click()
        expect(page.get_by_role("row", name="seen")).to_contain_text("fail")
