"""Close the account. [ACC-6]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel.problem import Problem
from workswith.web.signin import opening
from workswith.web.site.language import _
from workswith.web.site.visit import Visit

from .confirming import confirmed
from .forms import CurrentForm


async def close(visit: Visit) -> Response:
    """Says what stops, wants the password, and does it."""
    form = CurrentForm.of(visit)
    if visit.posted and form.validate():
        try:
            await visit.services.closing.close(visit.account.id, form.proof, visit.address)
        except Problem as problem:
            form.refuse(problem)
        else:
            await opening.close_session(visit)
            visit.say(_("Your account is closed and your personal data is erased."))
            return visit.go("/")
    return visit.render("account/close.html", 422 if visit.posted else 200, form=form)


ROUTES = [Route("/account/close", confirmed(close), methods=["GET", "POST"])]
