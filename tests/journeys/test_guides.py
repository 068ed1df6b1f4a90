"""Each guide is done as its page says: what runs here is taken from the pages, with their values. [PRT-4]"""

import json
import os
import re
import subprocess
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cloud import Cloud
from tests.patience import WITHIN
from tests.person import Person, signed_in
from tests.receiver import Receiver

NEWMAN = Path(__file__).parents[2] / ".tools/node_modules/.bin/newman"


@pytest.fixture(scope="module")
def dora(tls_cloud: Cloud) -> Person:
    """The developer of the sandbox, signed in."""
    return signed_in(tls_cloud, "developer")


def guide(cloud: Cloud, person: Person, name: str) -> str:
    page = person.open(f"{cloud.origin('portal')}/guides/{name}")
    assert page.status_code == 200
    return page.text


def block(text: str, name: str, **values: str) -> str:
    """A block of the page, with the words in braces replaced."""
    found = re.search(rf'id="run-{name}".*?<pre tabindex="0"><code>(.*?)</code>', text, re.DOTALL)
    assert found, f"no block {name}"
    code = unescape(found[1])
    for word, value in values.items():
        placeholder = "{" + word.replace("_of_", " ") + "}"
        assert placeholder in code, f"{placeholder} is not in {code}"
        code = code.replace(placeholder, value)
    return code


def run(cloud: Cloud, command: str) -> tuple[int, str]:
    """What a terminal does with it: status and body."""
    done = subprocess.run(
        ["sh", "-c", f"{command.strip()} --silent --write-out '\\n%{{http_code}}'"],
        check=True, capture_output=True, text=True, timeout=WITHIN,
        env={**os.environ, "CURL_CA_BUNDLE": cloud.document["ca_file"]},
    )  # fmt: skip
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def authorized_code(cloud: Cloud, address: str) -> str:
    """The developer as the user of their own application: the homes are those that the pages show."""
    person = Person(cloud.verify, stop_at=cloud.document["application"]["redirect_uris"][0])
    person.open(address)
    who = cloud.document["developer"]
    answer = person.sign_in(who["email"], who["password"])
    if answer.status_code == 200:
        form = next(each for each in person.forms if "/authorize" in each.action)
        person.submit(form, form.submits[0])
    landed = parse_qs(urlsplit(person.landed).query)
    assert landed["state"] == parse_qs(urlsplit(address).query)["state"]
    return landed["code"][0]


@pytest.fixture(scope="module")
def token(tls_cloud: Cloud, dora: Person) -> dict[str, str]:
    """An access token, as the OAuth guide obtains it."""
    text = guide(tls_cloud, dora, "oauth")
    code = authorized_code(tls_cloud, block(text, "authorize"))
    secret = tls_cloud.document["application"]["client_secret"]
    status, body = run(tls_cloud, block(text, "token", code=code, client_secret=secret))
    assert status == 200, body
    return {"access_of_token": json.loads(body)["access_token"]}


def test_the_application_guide_names_the_steps_of_the_wizard(
    tls_cloud: Cloud, dora: Person
) -> None:
    text = guide(tls_cloud, dora, "application")
    told = re.findall(r'<li class="step"><h2>(.*?)</h2>', text)
    assert 'href="/applications/new"' in text
    wizard = dora.open(f"{tls_cloud.origin('portal')}/applications/new").text
    stepper = wizard.partition('<ol class="stepper">')[2].partition("</ol>")[0]
    assert told == [one for one in re.findall(r"<span>(.*?)</span>", stepper) if one]


def test_the_oauth_guide_leads_to_a_call_and_to_the_next_tokens(
    tls_cloud: Cloud, dora: Person
) -> None:
    text = guide(tls_cloud, dora, "oauth")
    code = authorized_code(tls_cloud, block(text, "authorize"))
    secret = tls_cloud.document["application"]["client_secret"]
    status, body = run(tls_cloud, block(text, "token", code=code, client_secret=secret))
    assert status == 200, body
    first = json.loads(body)
    called, answer = run(tls_cloud, block(text, "call", access_of_token=first["access_token"]))
    assert called == 200
    assert "plants" in json.loads(answer)
    refresh = block(text, "refresh", client_secret=secret, refresh_token=first["refresh_token"])
    status, body = run(tls_cloud, refresh)
    assert status == 200
    assert json.loads(body)["refresh_token"] != first["refresh_token"]
    # The table of errors: the code is used up, and a secret may be wrong.
    again, body = run(tls_cloud, block(text, "token", code=code, client_secret=secret))
    assert (again, json.loads(body)["error"]) == (400, "invalid_grant")
    _, body = run(tls_cloud, block(text, "token", code=code, client_secret="wrong"))
    assert json.loads(body)["error"] == "invalid_client"


def test_the_ids_guide_finds_the_ids_that_it_shows(
    tls_cloud: Cloud, dora: Person, token: dict[str, str]
) -> None:
    text = guide(tls_cloud, dora, "ids")
    _, body = run(tls_cloud, block(text, "plants", **token))
    plants = {one["id"] for one in json.loads(body)["plants"]}
    shown = set(re.findall(r"plantId <code>(.*?)</code>", text))
    assert plants
    assert plants <= shown
    status, body = run(tls_cloud, block(text, "topology", **token))
    assert status == 200, body
    for module in json.loads(body)["plant"]["modules"]:
        assert f'data-label="moduleId"><code>{module["id"]}</code>' in text


def test_the_notifications_guide_works_to_the_last_step(
    tls_cloud: Cloud, dora: Person, token: dict[str, str], client_site: Receiver
) -> None:
    """Subscribe, receive, check the signature with the page's own program, list, end."""
    text = guide(tls_cloud, dora, "notifications")

    def step(name: str, **more: str) -> tuple[int, str]:
        return run(tls_cloud, block(text, name, **token, **more))

    endpoint = "https://application.example/notifications"
    assert endpoint in block(text, "subscribe")
    text = text.replace(endpoint, client_site.url("/guide"))
    status, body = step("subscribe")
    assert status == 201, body
    id_ = json.loads(body)["subscriptionId"]
    status, body = step("list")
    assert id_ in body

    turn = {"function": "heating", "mode": "manual", "setPoint": {"value": 23.5, "unit": "C"}}
    before = len(client_site.received)
    status_url = block(text, "status", **token).split()[3]
    with tls_cloud.http(headers=tls_cloud.api_headers(token["access_of_token"])) as http:
        http.post(status_url, json=turn).raise_for_status()

    async def arrived() -> None:
        await client_site.wait_for(before + 1)

    client_site.do(arrived())
    came = next(one for one in client_site.received[before:] if one.path == "/guide")

    client = tls_cloud.document["application"]["client_id"]
    portal = tls_cloud.origin("portal")
    listed = dora.open(f"{portal}/applications/{client}/notifications").text
    pages = set(re.findall(rf"/applications/{client}/endpoints/[^\"/]+", listed))
    page = next(t for t in (dora.open(portal + p).text for p in pages) if "/guide</code>" in t)
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", page)
    assert secret
    program: dict[str, object] = {}
    exec(block(text, "receiver").replace("{signing secret}", secret[0]), program)
    genuine = program["genuine"]
    assert callable(genuine)
    now = int(came.headers["webhook-timestamp"])
    assert genuine(came.headers, came.body, now)
    assert not genuine(came.headers, came.body + b" ", now)
    assert not genuine(came.headers, came.body, now + 301)

    status, body = step("status")
    assert json.loads(body)["chronothermostats"][0]["setPoint"]["value"].startswith("23.5")
    assert step("unsubscribe", subscriptionId=id_)[0] == 200
    assert id_ not in step("list")[1]


def test_the_keys_guide_changes_a_key_while_calls_go_on(
    tls_cloud: Cloud, dora: Person, token: dict[str, str]
) -> None:
    text = guide(tls_cloud, dora, "keys")
    assert "not used since it was made" in text, "the light of the secondary key"
    primary, secondary = (unescape(one) for one in re.findall(r"<code>([0-9a-f]{32})</code>", text))
    call = block(text, "call", **token)
    assert primary in call
    assert run(tls_cloud, call)[0] == 200
    assert run(tls_cloud, call.replace(primary, secondary))[0] == 200
    assert "not used since it was made" not in guide(tls_cloud, dora, "keys")
    dora.open(f"{tls_cloud.origin('portal')}/profile")
    dora.submit(dora.form_to("/keys/primary/regenerate"))
    assert run(tls_cloud, call)[0] == 401
    assert run(tls_cloud, call.replace(primary, secondary))[0] == 200
    new = re.findall(r"<code>([0-9a-f]{32})</code>", guide(tls_cloud, dora, "keys"))
    assert primary not in new
    assert run(tls_cloud, call.replace(primary, new[0]))[0] == 200


def test_the_postman_guide_runs_the_file_of_its_button(
    tls_cloud: Cloud, dora: Person, tmp_path: Path
) -> None:
    text = guide(tls_cloud, dora, "postman")
    button = re.search(r'href="([^"]+)" download id="run-download"', text)
    assert button
    collection = dora.http.get(tls_cloud.origin("portal") + button[1]).content
    (tmp_path / "postman.json").write_bytes(collection)
    variables = {one["key"]: one["value"] for one in json.loads(collection)["variable"]}
    assert re.search(rf"<code>{variables['client_id']}</code>", text)
    oauth = guide(tls_cloud, dora, "oauth")
    # Without the proof key, as the collection's own request asks for the code.
    address = re.sub(r"&code_challenge[^&]*=[^&]*", "", block(oauth, "authorize"))
    code = authorized_code(tls_cloud, address)
    command = block(
        text, "newman", client_secret=tls_cloud.document["application"]["client_secret"], code=code
    )
    command = command.strip().replace("npx newman", str(NEWMAN))
    report = tmp_path / "report.json"
    subprocess.run(
        [*command.split(), "--ignore-redirects", "--reporters", "json",
         "--reporter-json-export", str(report)],
        check=False, capture_output=True, timeout=WITHIN, cwd=tmp_path,
        env={**os.environ, "NODE_EXTRA_CA_CERTS": tls_cloud.document["ca_file"]},
    )  # fmt: skip
    result = json.loads(report.read_text())["run"]
    failures = [f"{one['source']['name']}: {one['error']['message']}" for one in result["failures"]]
    assert failures == []
    assert result["stats"]["requests"]["total"] >= 18
