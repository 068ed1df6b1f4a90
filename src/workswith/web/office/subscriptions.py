"""Everybody's subscriptions: find, approve, reject, suspend, restore, grant. [PRD-2 PRD-5 OPR-1]"""

from datetime import UTC, datetime
from functools import partial

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route
from wtforms import DateField, IntegerField
from wtforms.validators import NumberRange, Optional

from workswith.catalog import states
from workswith.identity.closing import anybody
from workswith.identity.emails import clean_line
from workswith.kernel.clock import DAY
from workswith.kernel.problem import Problem
from workswith.web.site import paging
from workswith.web.site.forms import Form
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit

from . import acts

STATE_WORDS = {
    states.SUBMITTED: lazy("requested"),
    states.ACTIVE: lazy("active"),
    states.SUSPENDED: lazy("suspended"),
    states.REJECTED: lazy("rejected"),
    states.CANCELLED: lazy("cancelled"),
    states.EXPIRED: lazy("expired"),
}
TONES = {states.SUBMITTED: "info", states.ACTIVE: "good", states.SUSPENDED: "warn"}
DECISIONS = {
    "approve": (states.ACTIVE, "subscription_approved"),
    "restore": (states.ACTIVE, "subscription_restored"),
    "reject": (states.REJECTED, "subscription_rejected"),
    "suspend": (states.SUSPENDED, "subscription_suspended"),
}
"""Which state each leads to, and how the audit log calls it."""
REASONED = ("reject", "suspend")


class GrantForm(Form):
    """Limits of one subscription; what is empty is that of its product."""

    daily_quota = IntegerField(
        lazy("Calls a day of each end-user"),
        [Optional(), NumberRange(1, 1_000_000_000)],
        description=lazy("Empty: as the product has it."),
        render_kw={"min": 1, "inputmode": "numeric"},
    )
    calls_per_minute = IntegerField(
        lazy("Calls a minute of each end-user"),
        [Optional(), NumberRange(0, 100_000)],
        description=lazy("Empty: as the product has it. 0: no such limit."),
        render_kw={"min": 0, "inputmode": "numeric"},
    )
    last_day = DateField(
        lazy("Last day"),
        [Optional()],
        description=lazy("Its keys stop at the end of that day, UTC. Empty: never."),
    )


async def listing(visit: Visit) -> Response:
    """``q`` is a part of a name, an id, or the address of its owner."""
    text, state, product = paging.wanted(visit), visit.asked("state"), visit.asked("product")
    state, product = state if state in STATE_WORDS else "", product[:100]
    owner = await visit.services.accounts.by_email(text) if "@" in text else None
    search = partial(
        visit.services.catalog_desk.search,
        text=owner.id if owner else text,
        state=state,
        product_id=product,
    )
    found = await paging.read(
        visit, "/office/subscriptions", search, q=text, state=state, product=product
    )
    return visit.render(
        "office/subscriptions.html",
        subscriptions=found,
        state=state,
        states=STATE_WORDS,
        tones=TONES,
    )


async def one(visit: Visit) -> Response:
    return await _show(visit)


async def decide(visit: Visit) -> Response:
    """To refuse and to suspend need a reason, which the developer reads in a mail."""
    desk, decision = visit.services.catalog_desk, visit.parameter("decision")
    if decision not in DECISIONS:
        raise HTTPException(404)
    to, kind = DECISIONS[decision]
    chosen = await desk.any(visit.parameter("subscription"))
    reason = visit.typed("reason")
    if decision in REASONED:
        try:
            reason = clean_line(reason, "reason", 500)
        except Problem as problem:
            return await _show(visit, 422, refused=decision, problem=problem)
    await desk.decide(
        chosen.id, to, acts.told(visit, kind, chosen, acts.DECIDED[to], reason.strip())
    )
    visit.say(_("Done. Its owner has been told."))
    return visit.go(f"/office/subscriptions/{chosen.id}")


async def grant(visit: Visit) -> Response:
    """All limits at once: what is left empty is the product's again."""
    desk, form = visit.services.catalog_desk, GrantForm.of(visit)
    chosen = await desk.any(visit.parameter("subscription"))
    if not form.validate():
        return await _show(visit, 422, form=form)
    try:
        last = form.last_day.data
        ends_at = _after(last) if last else None
        if ends_at != chosen.ends_at:
            await desk.end_at(chosen.id, ends_at)
        await desk.grant(
            chosen.id,
            form.daily_quota.data,
            form.calls_per_minute.data,
            acts.told(visit, "subscription_granted", chosen, acts.GRANTED),
        )
    except Problem as problem:
        problem.field = "last_day" if problem.field == "ends_at" else problem.field
        form.refuse(problem)
        return await _show(visit, 422, form=form)
    visit.say(_("Saved. Its owner has been told."))
    return visit.go(f"/office/subscriptions/{chosen.id}")


async def _show(
    visit: Visit,
    status: int = 200,
    *,
    form: GrantForm | None = None,
    refused: str = "",
    problem: Problem | None = None,
) -> Response:
    services = visit.services
    chosen = await services.catalog_desk.any(visit.parameter("subscription"))
    last = chosen.ends_at - DAY if chosen.ends_at else None
    return visit.render(
        "office/subscription.html",
        status,
        subscription=chosen,
        owner=await anybody(services.database, chosen.account_id),
        next=states.NEXT[chosen.state],
        states=STATE_WORDS,
        tones=TONES,
        form=form
        or GrantForm(
            data={
                "daily_quota": chosen.own_quota,
                "calls_per_minute": chosen.calls_per_minute,
                "last_day": datetime.fromtimestamp(last / 1000, UTC).date() if last else None,
            }
        ),
        refused=refused,
        problem=problem,
        typed=visit.typed("reason")[:500],
    )


def _after(day: object) -> int:
    """The end of a day, UTC, in ms."""
    begin = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    return round(begin.timestamp()) * 1000 + DAY


_ONE = "/office/subscriptions/{subscription}"
ROUTES = [
    Route("/office/subscriptions", operator(listing), methods=["GET"]),
    Route(_ONE, operator(one), methods=["GET"]),
    Route(f"{_ONE}/grant", operator(grant), methods=["POST"]),
    Route(f"{_ONE}/{{decision}}", operator(decide), methods=["POST"]),
]
