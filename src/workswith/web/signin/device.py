"""``/device``: connects a device that has no browser. [OID-11, RFC 8628 section 3.3]

    type the code -> see who asks and for what -> allow or deny

A code in the address only fills the field: whoever made the link is not believed.
"""

from starlette.responses import Response
from starlette.routing import Route
from wtforms.validators import InputRequired, Length

from workswith.identity import device_answers
from workswith.identity.device_answers import Waiting
from workswith.identity.scopes import BY_NAME
from workswith.identity.throttle import Rule, Throttle, counter
from workswith.kernel.clock import DAY, MINUTE
from workswith.kernel.problem import Problem
from workswith.web.site import fields
from workswith.web.site.forms import Form, text
from workswith.web.site.language import lazy
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit

ENDPOINT = "/device"
_CODES = Rule("device-code", 10, 15 * MINUTE, DAY)


class CodeForm(Form):
    user_code = text(
        lazy("Code"),
        InputRequired(fields.MISSING),
        Length(max=32),
        hint=lazy("Eight letters, as the device shows them."),
        autocomplete="off",
        autocapitalize="characters",
        spellcheck="false",
    )


async def device(visit: Visit) -> Response:
    """The field, and then the question."""
    form = CodeForm.of(visit, user_code=visit.asked("user_code")[:32])
    if not visit.posted or not form.validate():
        return _ask_code(visit, form)
    try:
        found = await _waiting(visit, form.user_code.data or "")
    except Problem as problem:
        form.refuse(problem)
        return _ask_code(visit, form)
    return visit.render(
        "signin/device_consent.html",
        application=found.application,
        scopes=[BY_NAME[name] for name in found.scopes],
        user_code=form.user_code.data,
    )


async def answer(visit: Visit) -> Response:
    """Allow or deny; opened by itself, it asks for the code."""
    if not visit.posted or visit.session is None:
        return visit.go(ENDPOINT)
    found = await _waiting(visit, visit.typed("user_code"))
    services = visit.services
    allowed = bool(visit.typed("allow"))
    if allowed:
        await device_answers.allow(
            services.database, services.consents, found, visit.session, visit.now
        )
    else:
        await device_answers.deny(services.database, found, visit.now)
    return visit.render("signin/device_done.html", application=found.application, allowed=allowed)


async def _waiting(visit: Visit, typed: str) -> Waiting:
    """Guessing is slow: ten wrong codes, then a pause that grows with each further one."""
    services = visit.services
    throttle, counters = (
        Throttle(services.database, services.clock),
        [counter(_CODES, visit.account.id)],
    )
    await throttle.require(counters)
    try:
        return await device_answers.waiting(services.database, typed, visit.now)
    except Problem:
        await throttle.failed(counters)
        raise


def _ask_code(visit: Visit, form: CodeForm) -> Response:
    return visit.render("signin/device.html", 422 if visit.posted else 200, form=form)


ROUTES = [
    Route(ENDPOINT, account(device), methods=["GET", "POST"]),
    Route(f"{ENDPOINT}/answer", account(answer), methods=["GET", "POST"]),
]
