"""Contact: a ticket for each question, its messages, and all of one's own. [PRT-1 PRD-5]"""

from functools import partial

from starlette.responses import Response
from starlette.routing import Route
from wtforms.validators import InputRequired, Length

from workswith.community import rules, tickets
from workswith.identity import mails
from workswith.identity.account import Account
from workswith.identity.closing import search
from workswith.identity.mails import Text
from workswith.kernel.database import Tx
from workswith.kernel.problem import Problem
from workswith.kernel.words import N_
from workswith.web.site import paging
from workswith.web.site.forms import Form, text
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import account, page
from workswith.web.site.visit import Visit

from .writing import body, choice, mark

ABOUT = {
    "question": lazy("A question"),
    "quota": lazy("More calls a day"),
    "problem": lazy("Something does not work"),
    "security": lazy("Security"),
    "showcase": lazy("My solution"),
    "other": lazy("Something else"),
}
STATES = {"open": lazy("open"), "answered": lazy("answered"), "closed": lazy("closed")}
CAME = Text(
    N_("Ticket: {subject}"),
    (N_("{name} writes:"), "{message}"),
    N_("Open the ticket"),
)
OPERATORS_TOLD = 20


class TicketForm(Form):
    about = choice(lazy("What is it about?"), ABOUT)
    subject = text(
        lazy("Subject"),
        InputRequired(lazy("Please say in a few words what it is about.")),
        Length(max=rules.TITLE_LIMIT),
        autocomplete="off",
    )
    text = body(
        lazy("Your message"),
        lazy("Never send a key, a secret or a token; the X-Flow-Id of an answer is enough."),
    )


class ReplyForm(Form):
    text = body(lazy("Your reply"))


async def contact(visit: Visit) -> Response:
    """The form, and below it one's own tickets; ``q`` narrows them."""
    return await _front(visit, TicketForm.of(visit, about=visit.asked("about", "question")))


async def submit(visit: Visit) -> Response:
    form = TicketForm.of(visit)
    if not form.validate():
        return await _front(visit, form, 422)
    recipients = await search(visit.services.database, kind="operator", limit=OPERATORS_TOLD)
    subject, words, id_ = form.subject.data or "", str(form.data["text"]), mark(visit)

    async def write(tx: Tx) -> None:
        made = await tickets.submit(
            tx,
            visit.account.id,
            about=form.about.data,
            subject=subject,
            text=words,
            mark=id_,
            now=visit.now,
        )
        if made is not None:
            await _tell(tx, visit, recipients, made, words)

    try:
        await visit.services.database.write(write)
    except Problem as problem:
        form.refuse(problem)
        return await _front(visit, form, 422)
    visit.say(_("Sent. The answer comes by mail, and stands here."))
    return visit.go(f"/contact/{id_}")


async def one(visit: Visit) -> Response:
    return await _show(visit, ReplyForm.of(visit))


async def reply(visit: Visit) -> Response:
    """Opens the ticket again."""
    form = ReplyForm.of(visit)
    if not form.validate():
        return await _show(visit, form, 422)
    recipients = await search(visit.services.database, kind="operator", limit=OPERATORS_TOLD)
    ticket_id, words, sent = visit.parameter("ticket"), str(form.data["text"]), mark(visit)

    async def write(tx: Tx) -> None:
        found = await tickets.reply(
            tx, visit.account.id, ticket_id, text=words, mark=sent, now=visit.now
        )
        await _tell(tx, visit, recipients, found, words)

    try:
        await visit.services.database.write(write)
    except Problem as problem:
        if problem.code == "ticket_unknown":
            raise
        form.refuse(problem)
        return await _show(visit, form, 422)
    visit.say(_("Sent."))
    return visit.go(f"/contact/{ticket_id}")


async def close(visit: Visit) -> Response:
    """The page has asked whether."""
    await visit.services.database.write(
        tickets.close, visit.account.id, visit.parameter("ticket"), visit.now
    )
    visit.say(_("Closed. A reply opens it again."))
    return visit.go("/contact")


async def _front(visit: Visit, form: TicketForm, status: int = 200) -> Response:
    mine = None
    if visit.known is not None:
        reads, asked = visit.services.database, paging.wanted(visit)
        own = partial(tickets.listed, reads, account_id=visit.account.id, text=asked)
        mine = await paging.read(visit, "/contact", own, q=asked)
    return visit.render(
        "portal/contact.html",
        status,
        form=form,
        tickets=mine,
        about=ABOUT,
        states=STATES,
    )


async def _show(visit: Visit, form: ReplyForm, status: int = 200) -> Response:
    reads = visit.services.database
    found = await tickets.one(reads, visit.account.id, visit.parameter("ticket"))
    return visit.render(
        "portal/ticket.html",
        status,
        ticket=found,
        messages=await tickets.messages(reads, found.id),
        form=form,
        about=ABOUT,
        states=STATES,
    )


async def _tell(
    tx: Tx, visit: Visit, recipients: list[Account], ticket: tickets.Ticket, words: str
) -> None:
    link = f"{visit.services.origins.portal}/office/tickets/{ticket.id}"
    for operator in recipients:
        await mails.send(
            tx,
            operator.email,
            CAME,
            visit.now,
            language=operator.language,
            link=link,
            subject=ticket.subject,
            name=visit.account.name,
            message=words,
        )


ROUTES = [
    Route("/contact", page(contact), methods=["GET"]),
    Route("/contact", account(submit), methods=["POST"]),
    Route("/contact/{ticket}", account(one), methods=["GET"]),
    Route("/contact/{ticket}", account(reply), methods=["POST"]),
    Route("/contact/{ticket}/close", account(close), methods=["POST"]),
]
