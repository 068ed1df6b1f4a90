"""Every form of every page: what was typed stays, what is wrong stands beside its field, and a form that
is sent twice counts once. [Behaviour of forms]

The forms are found on the pages themselves, so that a new one is looked at without being named here.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest

from tests.security import fields, routes, stage
from tests.security.fields import Field, Form
from tests.security.stage import PASSWORD, Person, Stage
from tests.security.test_written import REFUSED, URLS

pytestmark = pytest.mark.timeout(600)

TOO_LONG = "far too long " * 3_000
SHOWS = {
    "/account/second-factor/codes", "/account/second-factor/setup",  # codes that are shown once
    "/account/passkeys/new",  # goes on with the browser's own question
    "/authorize", "/authorize/consent",  # pages of the protocol
    "/device", "/device/answer",
}  # fmt: skip
"""Forms whose success is a page and no redirect: what it shows is shown once."""
ENDS = (
    "/signout", "/end_session/confirmed", "/account/close", "/account/sessions/others/end",
)  # fmt: skip
"""Forms after which there is nobody to send another."""


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage.opened(tmp_path) as opened:
        yield opened


async def test_what_is_wrong_stands_beside_its_field_and_the_rest_is_kept(people: Stage) -> None:
    """Each field of free text in turn: left out where something is wanted, else far too long. What is
    no free text (a date, a colour) is looked at by the tests of its area.
    """
    wrong, looked_at = [], 0
    for person in people.people.values():
        for path, form in await forms_of(people, person):
            for bad in form.texts:
                if bad.kind == "search" or bad.name in REFUSED or form.action in ENDS:
                    continue
                value = "" if "required" in bad.attributes else TOO_LONG
                typed = {
                    one.name: one.value if one.name in REFUSED | URLS else f"kept {one.name}"
                    for one in form.texts
                    if one is not bad
                }
                answer = await send(person, path, form, {**typed, bad.name: value})
                if answer.status_code >= 500:
                    wrong.append((path, bad.name, str(answer.status_code)))
                if answer.status_code != 422:
                    continue
                looked_at += 1
                wrong += [(path, bad.name, one) for one in complaints(answer.text, bad, typed)]
    assert wrong == []
    assert looked_at > 60


async def test_a_form_that_is_sent_twice_counts_once(people: Stage) -> None:
    """The second is answered like the first, and changes nothing. Success leads on with 303, so that
    *back* and *reload* send nothing again.
    """
    twice, shown, sent = [], [], 0
    for person in people.people.values():
        for path, form in await forms_of(people, person):
            action = urlsplit(form.action or path).path
            if action in ENDS:
                continue
            typed = {one.name: good(one) for one in form.texts}
            first = await send(person, path, form, typed)
            after_one = await people.counts()
            await send(person, path, form, typed)
            sent += 1
            after_two = await people.counts()
            twice += [
                (path, action, table) for table in after_two if after_two[table] != after_one[table]
            ]
            if first.status_code < 300 and action not in SHOWS:
                shown.append((path, action))
    assert twice == []
    assert shown == []
    assert sent > 100


def good(one: Field) -> str:
    """Something that most fields take."""
    return one.value or {"url": "https://client.example/"}.get(one.name, f"good {one.name}")


async def forms_of(people: Stage, person: Person) -> list[tuple[str, Form]]:
    """Each form that the person sees, once, with the page that it stands on."""
    found: dict[tuple[str, tuple[str, ...]], tuple[str, Form]] = {}
    for address in routes.addresses(people):
        if address.method != "GET" or set(address.names) - set(person.owns):
            continue
        path = address.of(person.owns)
        answer = await person.browser.open(path)
        for form in fields.forms(answer.text):
            if form.method == "post" and form.action != "/preferences":
                key = (form.action or path, tuple(one.name for one in form.fields))
                found.setdefault(key, (str(answer.url.path), form))
    return list(found.values())


async def send(person: Person, path: str, form: Form, typed: dict[str, str]) -> httpx2.Response:
    data: dict[str, list[str]] = {}
    for one in form.fields:
        value = PASSWORD if one.kind == "password" else typed.get(one.name, one.value)
        data.setdefault(one.name, []).append(value)
    data |= {name: [value] for name, value in form.buttons[:1] if name}  # as the enter key does
    url = urljoin(f"{stage.ORIGIN}{path}", form.action)
    return await person.browser.http.post(url, data=data)


def complaints(text: str, bad: Field, typed: dict[str, str]) -> list[str]:
    """What a reader would miss on the page that says what is wrong."""
    page = fields.read(text)
    found = []
    for form in page.forms:
        shown = {one.name: one for one in form.fields}
        if bad.name not in shown or set(typed) - set(shown):
            continue
        values = {one.value.strip() for one in form.fields}
        found = [f"{name} was lost" for name, value in typed.items() if value not in values]
        alike = [one for one in form.fields if one.name == bad.name]
        if not any(_marked(one, page.texts) for one in alike):
            found.append("not marked as wrong, or nothing beside it says why")
        if not found:
            return []
    return found or ["the form is gone"]


def _marked(one: Field, texts: dict[str, str]) -> bool:
    about = one.attributes.get("aria-describedby", "").split()
    said = [texts.get(id_, "").strip() for id_ in about if id_.endswith("error")]
    return one.attributes.get("aria-invalid") == "true" and any(said)
