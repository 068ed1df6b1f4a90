"""What people ask: the queue of tickets, and answering them. [OPR]"""

from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from workswith.community import tickets
from workswith.identity import mails
from workswith.identity.account import account_of
from workswith.identity.closing import anybody
from workswith.identity.mails import Text
from workswith.kernel.database import Tx
from workswith.kernel.words import N_
from workswith.web.portal.contact import ABOUT, STATES, ReplyForm
from workswith.web.portal.writing import mark
from workswith.web.site import paging
from workswith.web.site.language import _
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit

ANSWERED = Text(
    N_("Answer to your ticket: {subject}"),
    (N_("Hello {name},"), "{message}"),
    N_("Open the ticket"),
)


async def listing(visit: Visit) -> Response:
    """The open ones, unless another state is asked for; ``q`` narrows by subject."""
    text, state = paging.wanted(visit), visit.asked("state", "open")
    state = state if state in STATES else ""
    search = partial(tickets.listed, visit.services.database, account_id="", state=state, text=text)
    found = await paging.read(visit, "/office/tickets", search, q=text, state=state or "all")
    return visit.render(
        "office/tickets.html",
        tickets=found,
        state=state,
        states=STATES,
        about=ABOUT,
    )


async def one(visit: Visit) -> Response:
    return await _show(visit, ReplyForm.of(visit))


async def answer(visit: Visit) -> Response:
    """The person reads it on the page and in a mail."""
    form = ReplyForm.of(visit)
    if not form.validate():
        return await _show(visit, form, 422)
    ticket_id, words, sent = visit.parameter("ticket"), str(form.data["text"]), mark(visit)
    link = f"{visit.services.origins.portal}/contact/{ticket_id}"

    async def write(tx: Tx) -> None:
        found = await tickets.answer(tx, ticket_id, text=words, mark=sent, now=visit.now)
        owner = found and await account_of(tx, found.account_id)
        if found and owner:
            await mails.tell(
                tx, owner, ANSWERED, visit.now, link=link, subject=found.subject, message=words
            )

    await visit.services.database.write(write)
    visit.say(_("Answered. The person has been told."))
    return visit.go("/office/tickets")


async def close(visit: Visit) -> Response:
    ticket_id = visit.parameter("ticket")
    await visit.services.database.write(tickets.close, "", ticket_id, visit.now)
    visit.say(_("Closed. A reply opens it again."))
    return visit.go("/office/tickets")


async def _show(visit: Visit, form: ReplyForm, status: int = 200) -> Response:
    reads = visit.services.database
    found = await tickets.any_one(reads, visit.parameter("ticket"))
    return visit.render(
        "office/ticket.html",
        status,
        ticket=found,
        owner=await anybody(reads, found.account_id),
        messages=await tickets.messages(reads, found.id),
        form=form,
        about=ABOUT,
        states=STATES,
    )


_ONE = "/office/tickets/{ticket}"
ROUTES = [
    Route("/office/tickets", operator(listing), methods=["GET"]),
    Route(_ONE, operator(one), methods=["GET"]),
    Route(_ONE, operator(answer), methods=["POST"]),
    Route(f"{_ONE}/close", operator(close), methods=["POST"]),
]
