"""What a form does not have cannot be sent with it: nobody sets an owner, a state or a limit by adding a
field of that name. [Mass assignment]

Every form of every page is sent by whoever may send it, filled in well, with each of `EXTRAS` that it has
no field for; afterwards no row of any table holds one of their marks.
"""

from urllib.parse import urljoin, urlsplit

import httpx2
import pytest

from tests.web.test_forms import ENDS, forms_of, good

from . import stage
from .fields import Form
from .stage import PASSWORD, Person, Stage

pytestmark = pytest.mark.timeout(600)

WORDS = (
    "id", "owner", "owner_id", "account", "account_id", "user_id", "client_id", "plant_id",
    "product_id", "author", "author_id", "email", "kind", "role", "state", "status", "public_id",
    "approved_by", "decided_by", "secret", "client_secret", "key", "primary_key", "secondary_key",
    "token", "password_hash", "mark", "sub", "tier", "plan", "policy", "flow", "actor", "signing_key",
)  # fmt: skip
NUMBERS = (
    "is_operator", "is_admin", "operator", "admin", "approved", "approved_at", "decided_at",
    "published", "published_at", "verified", "verified_at", "created_at", "updated_at", "closed_at",
    "suspended_at", "hidden", "hidden_at", "locked", "locked_at", "expires_at", "daily_quota",
    "calls_per_minute", "quota", "used", "limit", "number", "sequence", "position", "trusted",
    "first_party", "failures", "ban_until", "version",
)  # fmt: skip
"""Columns, and what elsewhere has such a name."""
NUMBER = 987_654_321
EXTRAS = {name: f"massassigned-{name}" for name in WORDS} | {name: str(NUMBER) for name in NUMBERS}
MARKS = ("massassigned-", str(NUMBER))
MARKED = "massassigned-as-a-field"


async def test_no_form_takes_what_it_does_not_have(people: Stage) -> None:
    before = await people.rows()
    taken: dict[str, str] = {}
    sent, broken = 0, []
    for person in people.people.values():
        for path, form in await forms_of(people, person):
            if urlsplit(form.action or path).path in ENDS:
                continue
            answer = await send(person, path, form)
            sent += 1
            if answer.status_code >= 500:
                broken.append((path, form.action, answer.status_code))
            for row in marked(await people.rows()):
                taken.setdefault(row, f"{path} {form.action}")
    assert taken == {}
    assert broken == []
    assert sent > 100
    after = await people.rows()
    assert len({table for table in after if after[table] != before[table]}) > 15, "forms did work"


async def test_a_mark_would_be_found(people: Stage) -> None:
    """Fields that a form does have, with the same marks: they are in the tables afterwards."""
    ada = people.people["ada"]
    forms = await forms_of(people, ada)
    path, form = next(one for one in forms if one[0] == "/forum/new")
    await send(ada, path, form, title=MARKED, text=f"{NUMBER} times")
    found = marked(await people.rows())
    assert any(MARKED in row for row in found)
    assert any(str(NUMBER) in row for row in found)


async def send(person: Person, path: str, form: Form, **typed: str) -> httpx2.Response:
    """As its author meant it, and with everything that it has no field for."""
    data: dict[str, list[str]] = {}
    for one in form.fields:
        value = PASSWORD if one.kind == "password" else one.value
        if one in form.texts:
            value = typed.get(one.name, good(one))
        data.setdefault(one.name, []).append(value)
    data |= {name: [value] for name, value in form.buttons[:1] if name}
    own = {*data, *(name for name, _value in form.buttons)}
    data |= {name: [mark] for name, mark in EXTRAS.items() if name not in own}
    return await person.browser.http.post(urljoin(f"{stage.ORIGIN}{path}", form.action), data=data)


def marked(rows: dict[str, list[str]]) -> list[str]:
    """Each row that holds a mark, with its table."""
    return [
        f"{table}: {row}"
        for table, every in rows.items()
        for row in every
        if any(mark in row for mark in MARKS)
    ]
