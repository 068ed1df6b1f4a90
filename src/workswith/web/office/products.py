"""Products: what there is, and making or changing one. [PRD-1 PRD-5 OPR-1]"""

import re

from starlette.responses import Response
from starlette.routing import Route
from wtforms import BooleanField, IntegerField, RadioField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from workswith.catalog.products import AUTOMATIC, MANUAL, Product, all_products, product
from workswith.kernel.problem import Kind, Problem
from workswith.web.site import paging
from workswith.web.site.forms import Form, lines, options, text
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import operator
from workswith.web.site.visit import Visit

from . import acts

NAME, DESCRIPTION, SLUG = 60, 600, 40


class ProductForm(Form):
    """A product as an operator writes it."""

    name = text(lazy("Name"), DataRequired(lazy("Please give a name.")), Length(max=NAME))
    description = lines(
        lazy("Description"),
        DataRequired(lazy("Please say what it is for.")),
        Length(max=DESCRIPTION),
        rows=3,
    )
    apis = SelectMultipleField(
        lazy("APIs that it opens"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    daily_quota = IntegerField(
        lazy("Calls a day of each end-user"),
        [InputRequired(lazy("Please give a number.")), NumberRange(1, 1_000_000_000)],
        render_kw={"min": 1, "inputmode": "numeric"},
    )
    calls_per_minute = IntegerField(
        lazy("Calls a minute of each end-user"),
        [Optional(), NumberRange(0, 100_000)],
        description=lazy("Empty: what the installation has set. 0: no such limit."),
        render_kw={"min": 0, "inputmode": "numeric"},
    )
    approval = RadioField(
        lazy("Subscriptions"),
        choices=options(
            {
                AUTOMATIC: lazy("work at once"),
                MANUAL: lazy("wait for an operator's decision"),
            }
        ),
    )
    published = BooleanField(
        lazy("Published"),
        description=lazy("Otherwise nobody new finds it; who holds it keeps it."),
    )


async def listing(visit: Visit) -> Response:
    """All, hidden ones as well; ``q`` narrows them."""
    every = await all_products(visit.services.database)
    found = paging.leaf(
        visit, "/office/products", every, lambda one: f"{one.name} {one.description}"
    )
    return visit.render("office/products.html", products=found, manual=MANUAL)


async def new(visit: Visit) -> Response:
    form = _form(visit, daily_quota=500, approval=AUTOMATIC, published=True)
    if visit.posted and form.validate():
        id_ = _slug(form.name.data or "")
        taken = id_ in {one.id for one in await all_products(visit.services.database)}
        if taken or not id_ or id_ == "new":
            form.refuse(
                Problem(Kind.INVALID, "name_taken", "There is such a product.", field="name")
            )
        else:
            return await _save(visit, form, id_, visit.now)
    return visit.render(
        "office/product.html", 422 if visit.posted else 200, form=form, product=None
    )


async def edit(visit: Visit) -> Response:
    before = await product(visit.services.database, visit.parameter("product"))
    form = _form(
        visit,
        name=before.name,
        description=before.description,
        apis=list(before.apis),
        daily_quota=before.daily_quota,
        calls_per_minute=before.calls_per_minute,
        approval=before.approval,
        published=bool(before.published),
    )
    if visit.posted and form.validate():
        return await _save(visit, form, before.id, before.created_at)
    return visit.render(
        "office/product.html", 422 if visit.posted else 200, form=form, product=before
    )


def _form(visit: Visit, **initial: object) -> ProductForm:
    form = ProductForm.of(visit, **initial)
    documents = [api.document for api in visit.services.apis]
    form.apis.choices = options({one.slug: f"{one.title} {one.version}" for one in documents})
    return form


async def _save(visit: Visit, form: ProductForm, id_: str, created_at: int) -> Response:
    wanted = Product(
        id_,
        form.name.data or "",
        form.description.data or "",
        form.daily_quota.data or 1,
        form.approval.data,
        created_at,
        form.calls_per_minute.data,
        int(form.published.data),
        tuple(form.apis.data or ()),
    )
    await visit.services.catalog_desk.save_product(
        wanted, acts.noted(visit, "product_saved", wanted.id)
    )
    visit.say(_("Saved: %s.") % wanted.name)
    return visit.go("/office/products")


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:SLUG]


ROUTES = [
    Route("/office/products", operator(listing), methods=["GET"]),
    Route("/office/products/new", operator(new), methods=["GET", "POST"]),
    Route("/office/products/{product}", operator(edit), methods=["GET", "POST"]),
]
