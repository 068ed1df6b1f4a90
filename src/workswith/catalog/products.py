"""Products: a bundle of APIs with a daily quota. [PRD-1 PRD-5]

``approval`` says how a subscription begins: ``automatic`` makes it active at once, ``manual`` leaves
it submitted until an operator decides.
"""

from dataclasses import dataclass, replace
from typing import Any

from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.problem import Kind, Problem

AUTOMATIC = "automatic"
MANUAL = "manual"
STARTER_KIT = "starter-kit"
_STARTER_KIT_TEXT = (
    "Everything needed to begin, free of charge: all third-party APIs, "
    "with a daily number of calls for each end-user of your application."
)


@dataclass(frozen=True, slots=True)
class Product:
    """``daily_quota`` is in calls per day and end-user; ``apis`` are slugs of documents, sorted."""

    id: str
    name: str
    description: str
    daily_quota: int
    approval: str
    created_at: int
    calls_per_minute: int | None = None
    """Of each end-user; ``None`` is what the installation has set."""
    published: int = 1
    """1, or 0 for a product that only those who hold it see."""
    apis: tuple[str, ...] = ()


def _line(*columns: Any) -> tuple[Product, str | None]:
    """A product without its APIs, and one of them."""
    *product, api = columns
    return Product(*product), api


_LINES = (
    "SELECT p.id, p.name, p.description, p.daily_quota, p.approval, p.created_at, "
    "p.calls_per_minute, p.published, a.api "
    "FROM products p LEFT JOIN product_apis a ON a.product_id = p.id "
)
_SAVE = statement(
    "INSERT INTO products (id, name, description, daily_quota, approval, created_at, "
    "calls_per_minute, published) VALUES (:id, :name, :description, :daily_quota, :approval, :now, "
    ":calls_per_minute, :published) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
    "description = excluded.description, daily_quota = excluded.daily_quota, "
    "approval = excluded.approval, calls_per_minute = excluded.calls_per_minute, "
    "published = excluded.published"
)
_EXCLUDE = statement("DELETE FROM product_apis WHERE product_id = :product_id")
_ALL = query(_line, f"{_LINES} ORDER BY p.created_at, p.id, a.api")
_ONE = query(_line, f"{_LINES} WHERE p.id = :id ORDER BY a.api")
_CREATE = statement(
    "INSERT INTO products (id, name, description, daily_quota, approval, created_at) "
    "VALUES (:id, :name, :description, :daily_quota, :approval, :now) ON CONFLICT (id) DO NOTHING"
)
_INCLUDE = statement(
    "INSERT INTO product_apis (product_id, api) VALUES (:product_id, :api) "
    "ON CONFLICT (product_id, api) DO NOTHING"
)


async def all_products(reads: Reads) -> list[Product]:
    """The catalogue, oldest first."""
    return _gather(await reads.all(_ALL))


async def published_products(reads: Reads) -> list[Product]:
    """What everybody sees."""
    return [one for one in await all_products(reads) if one.published]


async def product(reads: Reads, product_id: str) -> Product:
    """Raises `Problem` UNKNOWN ``product_unknown``."""
    found = _gather(await reads.all(_ONE, id=product_id))
    if not found:
        raise unknown_product()
    return found[0]


async def create_product(
    tx: Tx,
    *,
    product_id: str,
    name: str,
    description: str,
    daily_quota: int,
    apis: tuple[str, ...],
    now: int,
    approval: str = AUTOMATIC,
) -> None:
    """Makes the product unless it exists; adds those of ``apis`` that it lacks."""
    await tx.run(
        _CREATE,
        id=product_id,
        name=name,
        description=description,
        daily_quota=daily_quota,
        approval=approval,
        now=now,
    )
    await tx.run_many(_INCLUDE, [{"product_id": product_id, "api": api} for api in apis])


async def save(tx: Tx, wanted: Product) -> None:
    """Makes the product or changes all of it but when it was made; its APIs are those named. [OPR-1]

    Whoever calls this sends ``subscription`` with the word ``*`` after the commit, as
    `desk.Desk.save_product` does.
    """
    await tx.run(
        _SAVE,
        id=wanted.id,
        name=wanted.name,
        description=wanted.description,
        daily_quota=wanted.daily_quota,
        approval=wanted.approval,
        now=wanted.created_at,
        calls_per_minute=wanted.calls_per_minute,
        published=wanted.published,
    )
    await tx.run(_EXCLUDE, product_id=wanted.id)
    await tx.run_many(_INCLUDE, [{"product_id": wanted.id, "api": api} for api in wanted.apis])


async def ensure_starter_kit(
    tx: Tx, apis: tuple[str, ...], now: int, daily_quota: int = 500
) -> None:
    """The product that exists from the start; a quota set by an operator stays. [PRD-1]"""
    await create_product(
        tx,
        product_id=STARTER_KIT,
        name="Starter Kit",
        description=_STARTER_KIT_TEXT,
        daily_quota=daily_quota,
        apis=apis,
        now=now,
    )


def unknown_product() -> Problem:
    return Problem(Kind.UNKNOWN, "product_unknown", "There is no such product.")


def _gather(lines: list[tuple[Product, str | None]]) -> list[Product]:
    """One product from its lines, one per API."""
    apis: dict[Product, list[str]] = {}
    for one, api in lines:
        apis.setdefault(one, []).extend([api] if api else [])
    return [replace(one, apis=tuple(slugs)) for one, slugs in apis.items()]
