"""The second step of a sign-in: a one-time password, a recovery code or a passkey. [ACC-7]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel.problem import Kind, Problem
from workswith.web.site import cookies
from workswith.web.site.language import _
from workswith.web.site.pages import page
from workswith.web.site.paths import with_return
from workswith.web.site.visit import Visit

from . import opening, places
from .forms import SecondForm
from .targets import asker


async def second(visit: Visit) -> Response:
    """Reached from the sign-in page only; by itself it leads back there."""
    services = visit.services
    token = visit.cookie(cookies.PENDING)
    wanted = visit.typed("return_to") if visit.posted else visit.asked("return_to")
    return_to = places.return_path(wanted)
    try:
        account = await services.second_factor.waiting(token)
    except Problem:
        return _again(visit, return_to)
    form = SecondForm.of(visit)
    if visit.posted and form.validate():
        try:
            account, amr = await services.second_factor.answer(
                token, form.code.data or "", visit.address
            )
        except Problem as problem:
            if problem.code == "challenge_over":
                return _again(visit, return_to)
            if problem.kind not in {Kind.INVALID, Kind.THROTTLED}:
                raise
            form.refuse(problem)
        else:
            return await opening.welcome(visit, account, amr, return_to)
    factors = await services.second_factor.factors(account.id)
    who = await asker(visit, return_to)
    return visit.render(
        "signin/second.html",
        422 if visit.posted else 200,
        form=form,
        return_to=return_to,
        passkeys=factors.passkeys,
        form_targets=who.targets if who else (),
    )


def _again(visit: Visit, return_to: str) -> Response:
    visit.say(_("That took too long. Please sign in once more."), "warn")
    return visit.go(with_return("/signin", return_to))


ROUTES = [Route("/signin/second", page(second), methods=["GET", "POST"])]
