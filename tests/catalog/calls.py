"""A call as the gateway notes it for the usage of a subscription."""

from dataclasses import dataclass


@dataclass
class Call:
    at: int
    subscription_id: str
    status: int = 200
    client_id: str = "app"
    account_id: str = "user"
    api: str = "echo"
    operation: str = "retrieve-resource"
    checks_us: int = 20
    handling_us: int = 100
