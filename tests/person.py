"""A person with a browser that runs no script: opens pages, fills in forms, follows redirects."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urljoin

import httpx2

from tests.cloud import Cloud
from tests.patience import WITHIN


@dataclass
class Form:
    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    submits: list[tuple[str, str]] = field(default_factory=list)
    """(name, value or text) of each control that sends the form."""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._button: tuple[str, str] | None = None
        self._text = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        if self._open is None:
            return
        if tag == "input":
            kind = given.get("type", "text")
            if kind == "submit":
                self._open.submits.append((given.get("name", ""), given.get("value", "")))
            elif given.get("name") and (kind not in ("checkbox", "radio") or "checked" in given):
                value = given.get("value", "on" if kind == "checkbox" else "")
                self._open.values.setdefault(given["name"], []).append(value)
        elif tag == "button" and given.get("type", "submit") == "submit":
            self._button = (given.get("name", ""), given.get("value", ""))
            self._text = ""
        elif tag == "textarea":
            self._area, self._text = given.get("name", ""), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open is None:
            return
        if tag == "form":
            self._open = None
        elif tag == "button" and self._button is not None:
            name, value = self._button
            self._open.submits.append((name, value or self._text.strip()))
            self._button = None
        elif tag == "textarea" and self._area:
            self._open.values.setdefault(self._area, []).append(self._text)
            self._area = ""


def forms_of(page: httpx2.Response) -> list[Form]:
    parser = _Forms()
    parser.feed(page.text)
    return parser.forms


class Person:
    """``stop_at``: a redirect to an address that starts so is not followed but returned."""

    def __init__(self, verify: Any, stop_at: str = "https://client.example/") -> None:
        self.http = httpx2.Client(verify=verify, timeout=WITHIN)
        self.stop_at = stop_at
        self.page: httpx2.Response | None = None

    def open(self, url: str) -> httpx2.Response:
        return self._follow(self.http.get(url))

    @property
    def forms(self) -> list[Form]:
        assert self.page is not None
        return forms_of(self.page)

    def form_with(self, *names: str) -> Form:
        """The first form that has all these fields."""
        for form in self.forms:
            if all(name in form.values for name in names):
                return form
        assert self.page is not None
        raise AssertionError(f"no form with {names} at {self.page.url}:\n{self.page.text[:3000]}")

    def form_to(self, part: str) -> Form:
        """The first form whose action contains ``part``."""
        return next(form for form in self.forms if part in form.action)

    def submit(
        self, form: Form, press: tuple[str, str] | None = None, /, **fields: str | list[str]
    ) -> httpx2.Response:
        assert self.page is not None
        values = dict(form.values)
        for name, value in fields.items():
            values[name] = value if isinstance(value, list) else [value]
        if press and press[0]:
            values[press[0]] = [press[1]]
        url = urljoin(str(self.page.url), form.action)
        if form.method == "post":
            return self._follow(self.http.post(url, data=values))
        return self._follow(self.http.get(url, params=values))

    def sign_in(self, email: str, password: str) -> httpx2.Response:
        """By the form that is open."""
        form = self.form_with("logonIdentifier", "password")
        return self.submit(form, logonIdentifier=email, password=password)

    def _follow(self, answer: httpx2.Response) -> httpx2.Response:
        for _ in range(10):
            location = answer.headers.get("location")
            if not answer.is_redirect or location is None:
                break
            target = urljoin(str(answer.url), location)
            if target.startswith(self.stop_at):
                self.landed = target
                return answer
            answer = self.http.get(target)
        self.page = answer
        return answer


def signed_in(cloud: Cloud, who: str, path: str = "/account") -> Person:
    """The ``developer``, ``end_user`` or ``operator`` of the sandbox, signed in at a page of the portal."""
    person, known = Person(cloud.verify), cloud.document[who]
    person.open(f"{cloud.origin('portal')}/signin?return_to={quote(path, safe='')}")
    person.sign_in(known["email"], known["password"])
    return person


def consent_as_home_owner(cloud: Cloud, url: str, redirect_uri: str) -> str:
    """What the home owner does in a browser; returns the address they are sent back to."""
    person = Person(cloud.verify, stop_at=redirect_uri)
    person.open(url)
    owner = cloud.document["end_user"]
    answer = person.sign_in(owner["email"], owner["password"])
    if answer.status_code == 200:
        assert "user-consent__opt-in" in answer.text
        form = next(f for f in person.forms if len(f.submits) >= 1 and "csrf" in str(f.values))
        person.submit(form, form.submits[0])
    return person.landed
