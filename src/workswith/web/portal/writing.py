"""What the pages share on which developers write: who may, under which name, and that it counts once."""

from collections.abc import Mapping

from starlette.responses import Response
from wtforms.fields import SelectField
from wtforms.validators import DataRequired, InputRequired, Length

from workswith.community import rules
from workswith.community.forum import Author
from workswith.web.site.forms import lines, options
from workswith.web.site.language import lazy
from workswith.web.site.pages import Endpoint, Page, account
from workswith.web.site.visit import Visit


def writer(show: Page) -> Endpoint:
    """For developers, and for operators, who answer and moderate."""

    async def write(visit: Visit) -> Response:
        if visit.developer or visit.operator:
            return await show(visit)
        return visit.render("signin/developers_only.html", 403)

    return account(write)


def author(visit: Visit) -> Author:
    """Others read the first name and an initial, never the address."""
    me = visit.account
    name = f"{me.first_name} {me.surname[:1]}.".strip() if me.surname else me.first_name
    return Author(me.id, name, visit.operator)


def mark(visit: Visit) -> str:
    """Names the form that was sent; the second time it is the same, in every process."""
    once = visit.typed("once") or visit.services.ident.secret()
    return rules.mark_of(visit.account.id, once)


def choice(label: str, words: Mapping[str, str]) -> SelectField:
    """A list to choose one of; ``words`` by value."""
    return SelectField(label, [InputRequired()], choices=options(words))


def body(label: str, hint: str = "") -> object:
    """The field for a text of several lines."""
    return lines(
        label,
        DataRequired(lazy("Please write something.")),
        Length(max=rules.TEXT_LIMIT),
        hint=hint,
        rows=8,
    )
