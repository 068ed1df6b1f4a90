"""Stored and reflected script: whatever people write is text on every page that shows it. [XSS]

Every field of every form of every page is filled with the same hostile text, by whoever may send that
form; then every page is opened by everybody and read as a browser reads it.
"""

import csv
import io
import re
from html import unescape
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

import workswith.web
from workswith.kernel import mail

from . import fields, routes
from .fields import URL_PAYLOAD, Form, payload
from .stage import PASSWORD, Person, Stage

pytestmark = pytest.mark.timeout(600)

UNTOUCHED = {
    "/preferences", "/signout", "/account/close", "/account/password", "/account/email",
    "/account/passkeys/new",
}  # fmt: skip
"""Forms that would end the visit, or that want what only a mail or a browser can give."""
URLS = {"url", "website", "profile", "picture", "reply_url", "logout_url", "post_logout_urls"}
REFUSED = {
    "birthdate", "zoneinfo", "locale", "phone_number",  # a date, a zone, a language, a number
    "post_logout_urls", "logout_url", "reply_url",  # addresses that are never shown as links
    "colour_light", "colour_dark",  # six digits
    "user_code", "code", "email", "logonIdentifier",  # what identity has given out, or knows
    "g0-time", "g0-warmth", "jwks", "retry_seconds",
    "rate", "span", "until", "seed", "ms", "seconds", "status", "times", "for", "percent", "body",
    "error", "account", "application", "operation", "endpoint",  # of faults: words and numbers
    "daily_quota", "calls_per_minute", "ends_at", "starts_at", "lang", "q",
}  # fmt: skip
"""Fields that take no free text, and so keep what they have; what they refuse, their own tests say."""
EMAILS = (
    "o'onxss='1@example.com", 'x"onxss=1@example.com', "<xss>@example.com",
    '"<xss>"@example.com', "a&lt;xss&gt;@example.com", "javascript:alert(1)@example.com",
)  # fmt: skip


async def test_what_people_write_is_text_everywhere(people: Stage) -> None:
    written = await write_everywhere(people)
    kept = await people.rows()
    everything = "\n".join(row for rows in kept.values() for row in rows)
    taken = {name for name in written if f"onxss={name}>" in everything}
    taken |= {name for name in URLS if name in written and "<xss/onxss=1>" in everything}
    assert set(written) - taken == set(), "took nothing: say why in REFUSED"
    assert len(taken) > 30
    assert {name: found for name, found in (await look_everywhere(people)).items() if found} == {}


async def test_what_stands_in_an_address_is_text(people: Stage) -> None:
    """Every name of a query that any page asks for, with the payload."""
    source = Path(workswith.web.__file__).parent
    asked = {"lang", "client_id", "redirect_uri", "state", "scope", "prompt", "ui_locales"}
    for path in source.rglob("*.py"):
        asked |= set(re.findall(r"\basked\(\s*\"(\w+)\"", path.read_text("utf-8")))
    assert {"q", "email", "return_to", "token"} <= asked
    query = "&".join(f"{name}={quote(payload(name))}" for name in sorted(asked))
    wrong = {}
    for person in people.people.values():
        for address in routes.addresses(people):
            if address.method == "GET" and not set(address.names) - set(person.owns):
                answer = await person.browser.get(f"{address.of(person.owns)}?{query}")
                if "html" in answer.headers.get("content-type", ""):
                    wrong[str(address)] = fields.foreign(answer.text)
                assert "\r" not in answer.headers.get("location", "")
    assert {name: found for name, found in wrong.items() if found} == {}


async def test_addresses_of_people_are_text(bare: Stage) -> None:
    """Those that are taken for an e-mail address at all; wherever operators and owners see them."""
    accounts = bare.areas.identity.accounts
    taken = []
    for email in EMAILS:
        try:
            await accounts.create("developer", email, "Mallory", "Example", PASSWORD)
        except Exception:
            continue
        taken.append(email)
    assert taken, "one with an apostrophe is an address"
    olga = bare.people["olga"]
    for path in ("/office/accounts", "/office/accounts?q=onxss", "/office/audit"):
        answer = await olga.browser.open(path)
        assert fields.foreign(answer.text) == [], path
    for email in EMAILS:
        for path in ("/signin", "/signup/developer", "/signup/sent", "/forgot/sent"):
            answer = await bare.stranger.open(f"{path}?email={quote(email)}")
            assert fields.foreign(answer.text) == [], path


async def write_everywhere(people: Stage) -> dict[str, set[str]]:
    """What was written, by the name of the field."""
    written: dict[str, set[str]] = {}
    await _sign_up(people)
    for person in people.people.values():
        for path in await pages_of(people, person):
            answer = await person.browser.open(path)
            for form in fields.forms(answer.text):
                if form.method != "post" or not form.texts or form.action in UNTOUCHED:
                    continue
                if answer.url.path in UNTOUCHED:
                    continue
                for name, text in (await _send(person, str(answer.url), form)).items():
                    written.setdefault(name, set()).add(text)
    return written


async def _sign_up(people: Stage) -> None:
    """Somebody whose names are hostile from the start, and who has done something to be seen."""
    accounts = people.areas.identity.accounts
    await accounts.create(
        "developer", "mallory@example.com", payload("first_name"), payload("surname"), PASSWORD
    )


async def _send(person: Person, url: str, form: Form) -> dict[str, str]:
    filled = {}
    data: dict[str, str | list[str]] = {}
    for one in form.fields:
        if one in form.texts and one.name not in REFUSED:
            filled[one.name] = URL_PAYLOAD if one.name in URLS else payload(one.name)
            data[one.name] = filled[one.name]
        elif one.kind == "password":
            data[one.name] = PASSWORD
        elif one.name:
            known = data.get(one.name, [])
            data[one.name] = [*(known if isinstance(known, list) else [known]), one.value]
    data |= {name: value for name, value in form.buttons[-1:] if name}
    await person.browser.http.post(form.action or url, data=data)
    return filled


async def pages_of(people: Stage, person: Person) -> list[str]:
    return [
        address.of(person.owns)
        for address in routes.addresses(people)
        if address.method == "GET" and not set(address.names) - set(person.owns)
    ]


MOST_PAGES = 400
_LINK = re.compile(r'href="(/[^"#]*)')


async def look_everywhere(people: Stage) -> dict[str, list[str]]:
    """What is wrong on each page that anybody gets to; feeds, tables and mails as what they are."""
    wrong: dict[str, list[str]] = {}
    for person in people.people.values():
        waiting, seen = await pages_of(people, person), set[str]()
        while waiting and len(seen) < MOST_PAGES:
            path = waiting.pop(0)
            if path in seen or path.startswith("/static"):
                continue
            seen.add(path)
            answer = await person.browser.open(path)
            kind = answer.headers.get("content-type", "").partition(";")[0]
            wrong[f"{person.name} {path}"] = _wrong(kind, answer.text)
            if kind == "text/html":
                waiting += [unescape(link) for link in _LINK.findall(answer.text)]
    for one in await mail.latest(people.areas.kernel.database, limit=500):
        wrong[f"mail {one.id}"] = [x for x in fields.foreign(one.html) if "style" not in x]
        assert one.subject.isprintable(), one.subject
    return wrong


def _wrong(kind: str, text: str) -> list[str]:
    if kind == "text/html":
        return fields.foreign(text) + ([fields.TEMPLATE] if fields.EVALUATED in text else [])
    if kind == "application/atom+xml":
        ET.fromstring(text)
    if kind == "text/csv":
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        return [cell for cell in cells if cell[:1] in tuple("=+@\t\r")]
    return []
