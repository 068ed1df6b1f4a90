"""A client of *Works with …* clouds: the original, and any that speaks its language.

    from workswith_client import Client

    with Client(client_id, client_secret, subscription_key, store="tokens.json") as client:
        client.sign_in()
        for plant in client.smarther.plants():
            print(plant.name)

Errors are a tree, drawn in `workswith_client.errors`. Notifications: `workswith_client.webhooks`.
"""

from . import errors
from .budget import Budget, Forecast
from .client import AsyncClient, Client
from .errors import WorksWithError
from .operation import Operation
from .plan import Cost, Poll, cost
from .retries import Retries
from .service import ORIGINAL, Sandbox, Service, sandbox
from .signin import SignIn
from .store import FileStore, KeyringStore, MemoryStore, Store

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
