"""Signs in and consents by the names of the forms' elements alone, as published scripts do.

It knows what such scripts know of the original's pages: the fields ``logonIdentifier`` and
``password``, the element ``user-consent__opt-in``, and the input that accepts, whose classes are exactly
``btn btn-primary pull-left``. Prints the reply URL with what was added to it, or opens it.

    sign_in.py AUTHORIZE_URL E-MAIL PASSWORD REPLY_URL [open]
"""

import os
import sys
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

ACCEPT = "btn btn-primary pull-left"
Form = tuple[str, dict[str, str], dict[str, str]]


class Page(HTMLParser):
    """Forms as (action, {name: value}, {name: classes}), and the ids of all elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.ids: set[str | None] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id"))
        if tag == "form":
            self.forms.append((given.get("action", ""), {}, {}))
        elif tag == "input" and self.forms:
            _, values, classes = self.forms[-1]
            values[given.get("name", "")] = given.get("value", "")
            classes[given.get("name", "")] = given.get("class", "")


class Stay(HTTPRedirectHandler):
    """Redirects are followed by hand, so that the last one can be kept."""

    def redirect_request(self, *_: object) -> None:
        return None


def main(url: str, email: str, password: str, reply_url: str, then: str = "") -> None:  # noqa: C901  read from top to bottom
    browser = build_opener(HTTPCookieProcessor(CookieJar()), Stay())
    browser.addheaders = [("Accept-Language", os.environ.get("SIGN_IN_LANGUAGE", "en"))]

    def go(url: str, fields: dict[str, str] | None = None) -> tuple[str, int, str]:
        data = None if fields is None else urlencode(fields).encode()
        while True:
            try:
                answer = browser.open(Request(url, data), timeout=90)
            except HTTPError as error:
                answer = error
            to = answer.headers.get("Location")
            if to is None or answer.status >= 400:
                return answer.url, answer.status, answer.read().decode()
            url, data = urljoin(url, to), None
            if url.startswith(reply_url):
                return url, 0, ""

    at, status, text = go(url)
    page = Page(text)
    form = next((f for f in page.forms if {"logonIdentifier", "password"} <= f[1].keys()), None)
    if form is None or "logonIdentifier" not in page.ids or "password" not in page.ids:
        sys.exit(f"{status}: no sign-in at {at}\n{text}")
    fields = form[1] | {"logonIdentifier": email, "password": password}
    at, status, text = go(urljoin(at, form[0]), fields)
    if status:
        page = Page(text)
        if "user-consent__opt-in" not in page.ids:
            sys.exit(f"{status}: no consent at {at}\n{text}")
        action, values, classes = next(f for f in page.forms if ACCEPT in f[2].values())
        pressed = next(name for name, its in classes.items() if its == ACCEPT)
        fields = {n: v for n, v in values.items() if n == pressed or not classes[n]}
        at, status, text = go(urljoin(at, action), fields)
    if status:
        sys.exit(f"{status}: not sent back, but at {at}\n{text}")
    if then == "open":
        print(browser.open(at, timeout=90).status)
    else:
        print(at)


main(*sys.argv[1:])
