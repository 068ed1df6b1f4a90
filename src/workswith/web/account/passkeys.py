"""Add and remove passkeys. [ACC-7] The one page that cannot do without script: browsers want it so."""

from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel.problem import Kind, Problem
from workswith.web.site.language import _
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit

from .confirming import confirmed
from .forms import PasskeyForm


async def new(visit: Visit) -> Response:
    """Name and password; then the page on which the browser makes the passkey."""
    form = PasskeyForm.of(visit)
    if visit.posted and form.validate():
        try:
            await visit.services.accounts.proofs.confirm(
                visit.account.id, form.proof, visit.address
            )
        except Problem as problem:
            form.refuse(problem)
        else:
            return visit.render(
                "account/passkey_make.html",
                label=form.label.data or "",
                options=await visit.services.passkeys.creation(visit.account),
            )
    return visit.render("account/passkey_new.html", 422 if visit.posted else 200, form=form)


async def add(visit: Visit) -> Response:
    """What the browser has made; its challenge was given out for the password a moment ago."""
    try:
        await visit.services.passkeys.add(
            visit.account, visit.typed("answer"), visit.typed("label")
        )
    except Problem as problem:
        if problem.kind is Kind.INTERNAL:
            raise
        visit.say(_(problem.detail), "bad")
        return visit.go("/account/passkeys/new")
    visit.say(_("The passkey is added. Next time you can sign in with it."))
    return visit.go("/account#passkeys")


async def remove(visit: Visit) -> Response:
    """The page has asked whether."""
    await visit.services.passkeys.remove(visit.account, visit.parameter("passkey"))
    visit.say(_("The passkey no longer signs in here. Remove it from your device as well."))
    return visit.go("/account#passkeys")


ROUTES = [
    Route("/account/passkeys/new", confirmed(new), methods=["GET", "POST"]),
    Route("/account/passkeys", account(add), methods=["POST"]),
    Route("/account/passkeys/{passkey}/remove", account(remove), methods=["POST"]),
]
