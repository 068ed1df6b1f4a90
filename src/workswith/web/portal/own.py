"""What is the reader's own and stands in guides, samples and Try it: keys, applications, homes."""

from dataclasses import dataclass, field

from workswith.catalog import states
from workswith.catalog.products import all_products
from workswith.catalog.subscriptions import BOTH
from workswith.devices import plants as homes
from workswith.identity.application import Application
from workswith.web.site.language import _
from workswith.web.site.visit import Visit


@dataclass(frozen=True, slots=True)
class OwnKey:
    """``label`` is ``Primary-{name}`` or ``Secondary-{name}``. [platform.md A1, PRT-2]"""

    subscription_id: str
    label: str
    key: str = field(repr=False)
    last_used_at: int | None = None
    """Coarse; ``None`` is never since it was made."""


async def keys(visit: Visit, api: str = "") -> list[OwnKey]:
    """The keys of the reader's active subscriptions; with ``api``, only those that open it."""
    if not visit.developer:
        return []
    catalogue = {product.id: product for product in await all_products(visit.services.database)}
    words = {"primary": _("Primary"), "secondary": _("Secondary")}
    found: list[OwnKey] = []
    for subscription in await visit.services.subscriptions.of_account(visit.account.id):
        product = catalogue.get(subscription.product_id)
        if subscription.state != states.ACTIVE or product is None:
            continue
        if api and api not in product.apis:
            continue
        pair = await visit.services.subscriptions.keys(visit.account.id, subscription.id)
        found.extend(
            OwnKey(
                subscription.id,
                f"{words[which]}-{subscription.name}",
                pair[which].key,
                pair[which].last_used_at,
            )
            for which in BOTH
        )
    return found


async def applications(visit: Visit) -> list[Application]:
    """The reader's applications; none for who is no developer."""
    if not visit.developer:
        return []
    return await visit.services.applications.of_owner(visit.account.id)


@dataclass(frozen=True, slots=True)
class OwnHome:
    """A plant of the reader and its modules."""

    plant: homes.Plant
    modules: tuple[homes.Module, ...]


async def plants(visit: Visit, api: str = "") -> list[OwnHome]:
    """The reader's homes; with ``api``, only those that this API can see."""
    if visit.known is None:
        return []
    reads = visit.services.database
    return [
        OwnHome(plant, tuple(await homes.modules_of(reads, visit.account.id, plant.id)))
        for plant in await homes.plants_of(reads, visit.account.id)
        if not api or api.replace("-", "_").startswith(plant.api)
    ]
