"""Relying parties that others wrote, through the whole flow over TLS.

Each checks signatures, issuer, nonce, PKCE and the metadata by its own code. [OID-3…6 OID-11]
"""

import json
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
from requests_oauthlib import OAuth2Session

from tests import apache
from tests.cloud import Cloud
from tests.conformance.oidc.registration import application
from tests.patience import WITHIN
from tests.person import Person, consent_as_home_owner
from tests.ports import held_port
from workswith.sandbox.authority import Authority

MODULES = Path(__file__).parents[2] / ".tools/node_modules"
OPENID_CLIENT = Path(__file__).parents[1] / "tools/openid-client.mjs"
BASE = "https://client.example/"

pytestmark = pytest.mark.xdist_group("relying parties")


@pytest.fixture(scope="module")
def client(tls_cloud: Cloud) -> dict[str, str]:
    return application(tls_cloud.document, "Relying party", BASE, program="server")


@pytest.mark.parametrize(("method", "pushed"), [("basic", False), ("post", False), ("basic", True)])
def test_openid_client(tls_cloud: Cloud, client: dict[str, str], method: str, pushed: bool) -> None:
    """The certified client for Node, with client_secret_basic and _post, and with PAR."""
    issuer = f"{tls_cloud.origin('login')}/{client['client_id']}"
    given = {
        **client,
        "issuer": issuer,
        "redirect_uri": f"{BASE}callback",
        "scope": "openid profile email offline_access",
        "method": method,
        "pushed": pushed,
        "modules": str(MODULES),
    }
    process = subprocess.Popen(
        ["node", str(OPENID_CLIENT), json.dumps(given)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "NODE_EXTRA_CA_CERTS": str(tls_cloud.document["ca_file"])},
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    if not url:
        pytest.fail(process.communicate()[1])
    assert ("request_uri=" in url) == pushed
    landed = consent_as_home_owner(tls_cloud, url, BASE)
    printed, complaint = process.communicate(f"{landed}\n", timeout=WITHIN)
    assert process.returncode == 0, complaint
    result = json.loads(printed)
    owner = tls_cloud.document["end_user"]
    assert result["claims"]["iss"] == issuer
    assert result["userinfo"]["email"] == owner["email"]
    assert result["again"] == result["userinfo"]
    assert result["rotated"] is True
    assert result["refreshed_claims"]["sub"] == result["claims"]["sub"]
    assert result["active"] is True
    assert result["end_session"].startswith(tls_cloud.origin("login"))
    assert result["afterwards"] == "invalid_grant"


def test_mod_auth_openidc(tls_cloud: Cloud, tmp_path: Path) -> None:
    """Apache lets the person in, knows them, refreshes their token, and signs them out."""
    port = held_port()
    base = f"https://localhost:{port}/protected/"
    client = application(
        tls_cloud.document,
        "Apache",
        base,
        program="server",
        post_logout=f"https://localhost:{port}/bye.html",
    )
    certificate = Authority(tls_cloud.data / "tls").issue("apache", "localhost", "127.0.0.1")
    with apache.serving(
        port,
        issuer=f"{tls_cloud.origin('login')}/{client['client_id']}",
        client_id=client["client_id"],
        client_secret=client["client_secret"],
        ca=Path(tls_cloud.document["ca_file"]),
        chain=certificate.chain,
        key=certificate.key,
    ) as folder:
        person = Person(tls_cloud.verify)
        owner = tls_cloud.document["end_user"]
        person.open(f"https://localhost:{port}/protected/")
        answer = person.sign_in(owner["email"], owner["password"])
        assert 'name="allow"' in answer.text, (folder / "error.log").read_text()[-3000:]
        answer = person.submit(person.form_with("ticket"), ("allow", "yes"))
        assert answer.text == "the protected page", (folder / "error.log").read_text()[-3000:]
        assert answer.headers["x-subject"]
        info = person.http.get(f"{base}callback?info=json").json()
        assert info["userinfo"]["email"] == owner["email"]
        assert info["id_token"]["aud"] in (client["client_id"], [client["client_id"]])
        refresh = f"{base}callback?refresh={quote(base, safe='')}"
        person.open(f"{refresh}&access_token={info['access_token']}")
        assert person.page is not None
        assert person.page.text == "the protected page"
        again = person.http.get(f"{base}callback?info=json").json()
        assert again["access_token"] != info["access_token"]
        assert again["refresh_token"] != info["refresh_token"]
        bye = quote(f"https://localhost:{port}/bye.html", safe="")
        person.open(f"{base}callback?logout={bye}")
        assert person.page is not None
        assert person.page.text == "bye", "through the end_session_endpoint and back"
        out = person.http.get(f"{base}callback?info=json")
        assert out.status_code == 401, "Apache has forgotten the session"
        person.open(f"https://localhost:{port}/protected/")
        assert person.form_with("logonIdentifier", "password"), "and so has the login service"


@pytest.mark.parametrize("scope", [None, "openid profile email offline_access topology.read"])
def test_requests_oauthlib(
    tls_cloud: Cloud, client: dict[str, str], scope: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sends no PKCE unless told, compares scopes, and sends them again with each refresh."""
    ca = tls_cloud.document["ca_file"]
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca)
    login = tls_cloud.origin("login")
    saved: list[dict[str, object]] = []
    session = OAuth2Session(
        client["client_id"],
        redirect_uri=f"{BASE}callback",
        scope=scope.split() if scope else None,
        pkce="S256",
        auto_refresh_url=f"{login}/token",
        auto_refresh_kwargs=dict(client),
        token_updater=saved.append,
    )
    url, _ = session.authorization_url(f"{login}/authorize")
    landed = consent_as_home_owner(tls_cloud, url, BASE)
    token = session.fetch_token(
        f"{login}/token", client_secret=client["client_secret"], authorization_response=landed
    )
    assert session.get(f"{login}/userinfo").json()["sub"]
    session.token = {**token, "expires_at": 1}
    assert session.get(f"{login}/userinfo").json()["sub"], "refreshed by itself"
    assert saved
    assert saved[0]["refresh_token"] != token["refresh_token"]
    assert re.fullmatch(r"[\w.~-]+", str(saved[0]["refresh_token"]))
