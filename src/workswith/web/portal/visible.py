"""Which APIs a reader may see: those that are listed, and an unlisted one if it is theirs. [OPR-1]

An API that the operator has taken out of the lists is there for operators and for developers with a
subscription that opens it, whose calls go on; for everybody else every address of it is 404.
"""

from workswith.catalog import states
from workswith.catalog.api_notes import api_notes
from workswith.catalog.products import all_products
from workswith.contracts import Document
from workswith.web.site.visit import Visit


async def documents(visit: Visit) -> list[Document]:
    """What this reader may see, in the order of the installation."""
    every = [api.document for api in visit.services.apis]
    notes = await api_notes(visit.services.database)
    unlisted = {slug for slug, note in notes.items() if not note.published}
    if not unlisted or visit.operator:
        return every
    hidden = unlisted - (await _held(visit) if visit.developer else frozenset())
    return [document for document in every if document.slug not in hidden]


async def _held(visit: Visit) -> frozenset[str]:
    """The APIs of the reader's subscriptions that have not ended."""
    mine = await visit.services.subscriptions.of_account(visit.account.id)
    products = {one.product_id for one in mine if not states.ended(one.state)}
    return frozenset(
        api
        for product in await all_products(visit.services.database)
        if product.id in products
        for api in product.apis
    )
