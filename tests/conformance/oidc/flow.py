"""The code flow of one client, step by step, each step with its common checks."""

import json
import secrets
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx2
from joserfc.jwk import KeySet

from . import checks
from .agent import Agent, Landed
from .configuration import Client
from .run import Run


@dataclass
class Happy:
    """A whole flow that went well."""

    params: dict[str, str]
    landed: Landed
    code: str
    tokens: dict[str, Any]
    claims: dict[str, Any]

    @property
    def access_token(self) -> str:
        return str(self.tokens["access_token"])


class Flow:
    def __init__(self, run: Run, client: Client | None = None, *, post: bool = False) -> None:
        self.run = run
        self.client = client or run.configuration.client
        self.agent = Agent(run)
        self._post = post

    @cached_property
    def metadata(self) -> dict[str, Any]:
        answer = self.run.http.get(self.client.discovery_url)
        self.run.need(answer.status_code == 200, "the discovery document answers 200")
        return checks.json_of(self.run, answer, "the discovery document")

    @cached_property
    def keys(self) -> KeySet:
        answer = self.run.http.get(self.metadata["jwks_uri"])
        self.run.need(answer.status_code == 200, "the JWKS answers 200")
        return checks.keys(self.run, checks.json_of(self.run, answer, "the JWKS"))

    def request(self, **changes: str | None) -> dict[str, str]:
        """An authorization request; ``None`` leaves a parameter out."""
        whole = {
            "client_id": self.client.client_id,
            "redirect_uri": self.run.configuration.callback,
            "scope": "openid",
            "state": secrets.token_urlsafe(10),
            "nonce": secrets.token_urlsafe(10),
            "response_type": "code",
            **changes,
        }
        return {name: value for name, value in whole.items() if value is not None}

    def url(self, params: dict[str, str]) -> str:
        return f"{self.metadata['authorization_endpoint']}?{urlencode(params, quote_via=quote)}"

    def authorize(self, params: dict[str, str], *, post: bool = False) -> Landed:
        if post:
            return self.agent.open(self.metadata["authorization_endpoint"], form=params)
        return self.agent.open(self.url(params))

    def code(self, landed: Landed, params: dict[str, str]) -> str:
        """The checks of the callback, then the code."""
        wanted, got = urlsplit(self.run.configuration.callback), urlsplit(landed.url)
        back = (got.scheme, got.netloc, got.path) == (wanted.scheme, wanted.netloc, wanted.path)
        self.run.need(back, f"the browser comes back to the callback, not {_where(landed)}")
        said = landed.query
        self.run.need("error" not in said, f"no error at the callback: {said}")
        checks.callback(self.run, said, self.metadata, params["state"])
        self.run.need(said.get("code"), "the answer has a code")
        return said["code"]

    def post_token(self, **form: str) -> httpx2.Response:
        """With this client's credentials."""
        client, headers = self.client, {}
        if self._post:
            form = {**form, "client_id": client.client_id, "client_secret": client.client_secret}
        else:
            pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
            headers["authorization"] = f"Basic {_b64(pair)}"
        return self.run.http.post(self.metadata["token_endpoint"], data=form, headers=headers)

    def exchange(self, code: str, **extra: str) -> httpx2.Response:
        redirect_uri = self.run.configuration.callback
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return self.post_token(**form, **extra)

    def tokens(self, answer: httpx2.Response) -> dict[str, Any]:
        """The checks of a token answer that gives tokens."""
        self.run.need(answer.status_code == 200, f"/token answers 200: {answer.text[:300]}")
        body = checks.json_of(self.run, answer, "the token answer")
        self.run.need("error" not in body, "the token answer has no error")
        stored = answer.headers.get("cache-control", "")
        self.run.check("no-store" in stored, "the token answer has Cache-Control: no-store")
        self.run.check(str(body.get("token_type", "")).lower() == "bearer", "token_type is Bearer")
        self.run.need(isinstance(body.get("access_token"), str), "there is an access_token")
        checks.random_enough(self.run, body["access_token"], "the access token")
        if self.run.advise("expires_in" in body, "the token answer has expires_in"):
            lasts = body["expires_in"]
            good = isinstance(lasts, int) and not isinstance(lasts, bool) and lasts > 0
            self.run.check(good, "expires_in is a positive number")
        return body

    def claims(
        self, tokens: dict[str, Any], nonce: str | None, *, code: str | None = None
    ) -> dict[str, Any]:
        """The id_token's claims, checked."""
        self.run.need(isinstance(tokens.get("id_token"), str), "there is an id_token")
        claims = checks.id_token(
            self.run,
            tokens["id_token"],
            key_set=self.keys,
            issuer=self.metadata["issuer"],
            client_id=self.client.client_id,
            nonce=nonce,
        )
        for name, value in (("at_hash", tokens["access_token"]), ("c_hash", code)):
            if name in claims and value:
                self.run.check(claims[name] == checks.half_hash(value), f"{name} is right")
        return claims

    def userinfo(self, access_token: str, how: str = "get") -> httpx2.Response:
        url, header = self.metadata["userinfo_endpoint"], f"Bearer {access_token}"
        if how == "get":
            return self.run.http.get(url, headers={"authorization": header})
        if how == "post-header":
            return self.run.http.post(url, headers={"authorization": header})
        return self.run.http.post(url, data={"access_token": access_token})

    def told(self, happy: Happy, how: str = "get") -> dict[str, Any]:
        """What userinfo says, checked against the id_token."""
        answer = self.userinfo(happy.access_token, how)
        self.run.need(answer.status_code == 200, f"userinfo answers 200, not {answer.status_code}")
        said = checks.json_of(self.run, answer, "userinfo")
        checks.subject(self.run, said)
        same = said.get("sub") == happy.claims["sub"]
        self.run.check(same, "userinfo's sub is the id_token's")
        checks.types(self.run, said)
        return said

    def happy(
        self, params: dict[str, str] | None = None, *, post: bool = False, **extra: str
    ) -> Happy:
        """From the request to userinfo."""
        params = params or self.request()
        landed = self.authorize(params, post=post)
        code = self.code(landed, params)
        tokens = self.tokens(self.exchange(code, **extra))
        claims = self.claims(tokens, params.get("nonce"), code=code)
        answer = self.userinfo(tokens["access_token"])
        self.run.check(answer.status_code == 200, "userinfo answers 200 to the access token")
        return Happy(params, landed, code, tokens, claims)


def unsigned(claims: dict[str, str]) -> str:
    """A JWT with alg none."""
    return f"{_b64url(checks.compact({'alg': 'none'}))}.{_b64url(checks.compact(claims))}."


def opened(token: str) -> dict[str, Any]:
    """A JWT's claims, unchecked."""
    middle = token.split(".")[1]
    return dict(json.loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4))))


def _where(landed: Landed) -> str:
    status = landed.page.status_code if landed.page is not None else ""
    return f"{landed.url.partition('?')[0]} {status} (asked: {', '.join(landed.asked) or '-'})"


def _b64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _b64url(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
