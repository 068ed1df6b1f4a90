"""Products: what there is, what a product contains, and subscribing to it. [PRD-1 PRD-2]"""

from starlette.responses import Response
from starlette.routing import Route
from wtforms.validators import DataRequired, Length

from workswith.catalog import states
from workswith.catalog.products import product, published_products, unknown_product
from workswith.catalog.subscriptions import NAME_LIMIT
from workswith.kernel.problem import Problem
from workswith.web.site import paging
from workswith.web.site.forms import Form, text
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import developer, page
from workswith.web.site.paths import with_return
from workswith.web.site.visit import Visit

from . import visible


class SubscribeForm(Form):
    """The name is for the developer alone."""

    name = text(
        lazy("Name of the subscription"),
        DataRequired(lazy("Subscription name cannot be empty.")),
        Length(max=NAME_LIMIT),
        hint=lazy("Anything that tells you later what it is for."),
        autocomplete="off",
    )


async def listing(visit: Visit) -> Response:
    """All products; ``q`` narrows them by name and description."""
    every = await published_products(visit.services.database)
    found = paging.leaf(
        visit, "/products", every, lambda one: f"{one.name} {one.description}", size=paging.CARDS
    )
    return visit.render("portal/products.html", products=found)


async def one(visit: Visit) -> Response:
    """The first subscription has a name already; who holds one chooses another."""
    held = visit.developer and await visit.services.subscriptions.of_account(visit.account.id)
    return await _show(
        visit, SubscribeForm.of(visit, name="" if held else _("My first subscription"))
    )


async def subscribe(visit: Visit) -> Response:
    """Ends at the profile, where the new subscription stands first."""
    form = SubscribeForm.of(visit)
    if not form.validate():
        return await _show(visit, form, 422)
    try:
        made = await visit.services.subscriptions.subscribe(
            visit.account.id, visit.parameter("product"), form.name.data or ""
        )
    except Problem as problem:
        form.refuse(problem)
        return await _show(visit, form, 422)
    if made.state == states.ACTIVE:
        visit.say(_("Subscribed. Your two keys are below; either one opens the APIs."))
    else:
        visit.say(_("Asked for. Your keys begin to work once the operator agrees."), "info")
    return visit.go(f"/profile#subscription-{made.id}")


async def _show(visit: Visit, form: SubscribeForm, status: int = 200) -> Response:
    services = visit.services
    chosen = await product(services.database, visit.parameter("product"))
    contained = [one for one in await visible.documents(visit) if one.slug in chosen.apis]
    mine = []
    if visit.developer:
        mine = [
            each
            for each in await services.subscriptions.of_account(visit.account.id)
            if each.product_id == chosen.id and not states.ended(each.state)
        ]
    if not (chosen.published or mine or visit.operator):
        raise unknown_product()
    return visit.render(
        "portal/product.html",
        status,
        product=chosen,
        apis=contained,
        mine=mine,
        form=form,
        sign_in=with_return("/signin", visit.path),
    )


ROUTES = [
    Route("/products", page(listing)),
    Route("/products/{product}", page(one), methods=["GET"]),
    Route("/products/{product}", developer(subscribe), methods=["POST"]),
]
