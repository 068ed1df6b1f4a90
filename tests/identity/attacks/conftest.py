"""A cloud, a victim, and an attacker who has an account and an application of their own."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx2
import pytest

from tests.cloud import Cloud
from tests.conformance.oidc.registration import application
from tests.person import Form, Person

BASE = "https://client.example/"
CALLBACK = "https://client.example/callback"
EVIL = "https://evil.example/"


@dataclass
class Client:
    client_id: str
    client_secret: str
    cloud: Cloud

    @property
    def issuer(self) -> str:
        return f"{self.cloud.origin('login')}/{self.client_id}"

    def url(self, **changes: str | None) -> str:
        """An authorization request; ``None`` leaves a parameter out."""
        params = {
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "state": secrets.token_urlsafe(8),
            "scope": "openid offline_access topology.read",
            **changes,
        }
        given = {name: value for name, value in params.items() if value is not None}
        return f"{self.cloud.origin('login')}/authorize?{urlencode(given)}"

    def post(self, path: str = "/token", /, **form: str | None) -> httpx2.Response:
        whole = {"client_id": self.client_id, "client_secret": self.client_secret, **form}
        given = {name: value for name, value in whole.items() if value is not None}
        with self.cloud.http() as http:
            return http.post(f"{self.cloud.origin('login')}{path}", data=given)

    def exchange(self, code: str, **form: str | None) -> httpx2.Response:
        return self.post(grant_type="authorization_code", code=code, **form)

    def refresh(self, token: str, **form: str | None) -> httpx2.Response:
        return self.post(grant_type="refresh_token", refresh_token=token, **form)


class Browser(Person):
    """A person's browser at this cloud; stops wherever it is sent away."""

    def __init__(self, cloud: Cloud, who: str) -> None:
        super().__init__(cloud.verify, stop_at=BASE)
        self.cloud = cloud
        self.who = cloud.document[who]

    def sign_in_at(self, return_to: str = "/home") -> httpx2.Response:
        self.open(f"{self.cloud.origin('login')}/signin?return_to={return_to}")
        return self._sign_in()

    def _sign_in(self) -> httpx2.Response:
        return self.sign_in(self.who["email"], self.who["password"])

    def consent_form(self, url: str) -> Form:
        """Signs in where that is asked, and stays at the question."""
        answer = self.open(url)
        if 'name="logonIdentifier"' in answer.text:
            answer = self._sign_in()
        assert 'name="allow"' in answer.text, answer.text[:2000]
        return self.form_with("ticket")

    def code(self, client: Client, **changes: str) -> str:
        """A code for ``client``, consenting."""
        return self.answer(client, **changes)["code"]

    def answer(self, client: Client, **changes: str) -> dict[str, str]:
        form = self.consent_form(client.url(prompt="consent", **changes))
        self.submit(form, ("allow", "yes"))
        return query_of(self.landed)

    def raw(self, form: Form, **changes: Any) -> httpx2.Response:
        """Sends a form, "allow" pressed, and follows nothing."""
        assert self.page is not None
        action = changes.pop("action", form.action)
        headers = changes.pop("headers", {})
        values = {**form.values, "allow": ["yes"], **{k: [v] for k, v in changes.items()}}
        url = urljoin(str(self.page.url), action)
        return self.http.post(url, data=values, headers=headers)


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def refused(answer: httpx2.Response, error: str = "invalid_grant", status: int = 400) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text


def nothing_given(answer: httpx2.Response) -> None:
    """No code anywhere, and no way to a stranger."""
    location = answer.headers.get("location", "")
    assert "code=" not in location, location
    assert not location.startswith((EVIL, "http://evil", "//", "javascript:", "data:")), location


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Cloud(tmp_path_factory.mktemp("attacked") / "data", "--tls") as running:
        yield running


def _application(cloud: Cloud, name: str) -> Client:
    made = application(cloud.document, name, BASE)
    return Client(made["client_id"], made["client_secret"], cloud)


@pytest.fixture(scope="session")
def client(cloud: Cloud) -> Client:
    """The honest application."""
    return _application(cloud, "Warm Home")


@pytest.fixture(scope="session")
def other(cloud: Cloud) -> Client:
    """The attacker's application: registered, approved, and with the same reply URL."""
    return _application(cloud, "Free Weather")


@pytest.fixture
def victim(cloud: Cloud) -> Browser:
    return Browser(cloud, "end_user")


@pytest.fixture
def attacker(cloud: Cloud) -> Browser:
    return Browser(cloud, "developer")


@pytest.fixture
def tokens(victim: Browser, client: Client) -> dict[str, Any]:
    """Of the victim, for the honest application."""
    answer = client.exchange(victim.code(client))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
