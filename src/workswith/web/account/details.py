"""Name, e-mail address, password: each confirmed by the present password. [ACC-4]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel.problem import Problem
from workswith.web.signin import opening
from workswith.web.site.language import _
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit

from .confirming import confirmed
from .forms import AddressForm, NameForm, PasswordForm


async def name(visit: Visit) -> Response:
    owner = visit.account
    form = NameForm.of(visit, first_name=owner.first_name, surname=owner.surname)
    if visit.posted and form.validate():
        try:
            await visit.services.own_details.rename(
                owner.id,
                form.first_name.data or "",
                form.surname.data or "",
                form.proof,
                visit.address,
            )
        except Problem as problem:
            form.refuse(problem)
        else:
            visit.say(_("Saved."))
            return visit.go("/account")
    return visit.render("account/name.html", 422 if visit.posted else 200, form=form)


async def address(visit: Visit) -> Response:
    form = AddressForm.of(visit)
    portal = visit.services.origins.portal
    if visit.posted and form.validate():
        try:
            await visit.services.own_details.ask_address(
                visit.account.id,
                form.email.data or "",
                form.proof,
                lambda token: f"{portal}/account/email/confirm?token={token}",
                visit.address,
            )
        except Problem as problem:
            form.refuse(problem)
        else:
            visit.say(_("We have sent a link to the new address. Open it to finish."), "info")
            return visit.go("/account")
    return visit.render("account/email.html", 422 if visit.posted else 200, form=form)


async def confirm_address(visit: Visit) -> Response:
    """The link shows a button: programs that look into mails open links, and a look changes nothing."""
    own = visit.services.own_details
    token = visit.typed("token") if visit.posted else visit.asked("token")
    try:
        if not visit.posted:
            email = await own.waiting_address(token)
            return visit.render("account/email_confirm.html", token=token, email=email)
        moved = await own.confirm_address(token)
    except Problem as problem:
        if problem.code != "link_invalid":
            raise
        return visit.render("account/email_over.html", 404, problem=problem)
    visit.say(_("Your account has its new address: %s") % moved.email)
    return visit.go("/account" if visit.known else "/signin")


async def password(visit: Visit) -> Response:
    """Signs every other browser out, and this one gets another cookie."""
    form = PasswordForm.of(visit)
    if visit.posted and form.validate():
        try:
            await visit.services.own_details.change_password(
                visit.account.id,
                form.password.data or "",
                form.proof,
                visit.session.id if visit.session else "",
                visit.address,
            )
        except Problem as problem:
            form.refuse(problem)
        else:
            await opening.renew_session(visit)
            visit.say(_("Your password is changed. Every other browser is signed out."))
            return visit.go("/account")
    return visit.render("account/password.html", 422 if visit.posted else 200, form=form)


_BOTH = ["GET", "POST"]
ROUTES = [
    Route("/account/name", confirmed(name), methods=_BOTH),
    Route("/account/email", confirmed(address), methods=_BOTH),
    Route("/account/email/confirm", page(confirm_address), methods=_BOTH),
    Route("/account/password", confirmed(password), methods=_BOTH),
]
