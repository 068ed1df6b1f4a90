"""A client of *Works with …* clouds: the original, and any that speaks its language.

    from workswith_client import Client

    with Client(client_id, client_secret, subscription_key, store="tokens.json") as client:
        client.sign_in()
        for plant in client.smarther.plants():
            print(plant.name)

Errors are a tree, drawn in `workswith_client.errors`. Notifications: `workswith_client.webhooks`.
"""

from typing import TYPE_CHECKING, Any

from . import errors
from .budget import Budget, Forecast
from .client import Client
from .errors import WorksWithError
from .operation import Operation
from .plan import Cost, Poll, cost
from .retries import Retries
from .service import ORIGINAL, Sandbox, Service, sandbox
from .signin import SignIn
from .store import FileStore, KeyringStore, MemoryStore, Store

if TYPE_CHECKING:
    from .async_client import AsyncClient

__version__ = "0.1.0"

__all__ = [
    "ORIGINAL",
    "AsyncClient",
    "Budget",
    "Client",
    "Cost",
    "FileStore",
    "Forecast",
    "KeyringStore",
    "MemoryStore",
    "Operation",
    "Poll",
    "Retries",
    "Sandbox",
    "Service",
    "SignIn",
    "Store",
    "WorksWithError",
    "cost",
    "errors",
    "sandbox",
]


def __getattr__(name: str) -> Any:
    """Asyncio is imported by programs that use it."""
    if name == "AsyncClient":
        from .async_client import AsyncClient  # noqa: PLC0415

        return AsyncClient
    raise AttributeError(name)
