"""Notifications: taken in time, believed, not twice, and fetched where they were missed.

    receiver = Receiver(secrets=["whsec_…"])     # or none, behind an address that nobody guesses
    app = asgi_app(receiver, "/notifications/3f9c")

    async for notification in receiver:
        print(notification.plant_id, notification.thermostats)

A cloud gives an endpoint 750 ms and bans one that fails 20 times. So a request is only checked and
queued; programs read the queue at their own pace.
"""

from .asgi import asgi_app
from .keeper import Keeper
from .notification import Handshake, Notification, parse
from .receiver import Receiver, Reply
from .signature import verify

__all__ = [
    "Handshake",
    "Keeper",
    "Notification",
    "Receiver",
    "Reply",
    "asgi_app",
    "parse",
    "verify",
]
