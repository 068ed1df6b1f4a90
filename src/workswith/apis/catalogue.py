"""Every API of the catalogue, bound: which module answers which document. [GTW-5]"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from workswith.contracts.binding import Api, ErrorBody, Handler, bind
from workswith.kernel.database import Database

from . import (
    classe_100x,
    documents,
    echo,
    emergency_lighting,
    home_control,
    multisocket,
    myhome_up,
    notifications,
    smarther,
    smarther_v1,
)

NOTIFICATIONS: Mapping[str, Any] = {
    smarther.API: smarther.notification,
    home_control.API: home_control.notification,
}
"""What makes the body of a webhook, by the word of the API in plants."""


class Bound(NamedTuple):
    """What answers a document."""

    handlers: Mapping[str, Handler]
    error_body: ErrorBody | None = None


def apis(
    database: Database,
    twin: Any,
    scenes: Any,
    subscriptions: Any,
    ticket_key: bytes,
    *,
    desk: Any = None,
) -> tuple[Api, ...]:
    """In the order of `apis.NAMES`; raises `ContractError` for what is not total.

    ``twin``, ``scenes``, ``subscriptions`` and ``desk`` are those of `devices` and `webhooks`: each
    module says by a Protocol what it needs of them. Without a desk nobody may call Notifications.
    """
    answers = {
        "echo": Bound(echo.handlers()),
        "smarther": Bound(smarther.handlers(database, twin, subscriptions)),
        "home_control": Bound(
            home_control.handlers(database, twin, scenes, subscriptions), home_control.error_body
        ),
        "smarther_v1": Bound(smarther_v1.handlers(twin)),
        "multisocket": Bound(multisocket.handlers(database, twin), multisocket.error_body),
        "myhome_up": Bound(myhome_up.handlers(database)),
        "emergency_lighting": Bound(emergency_lighting.handlers(database, twin)),
        "classe_100x": Bound(classe_100x.handlers(database, twin, ticket_key)),
        "notifications": Bound(notifications.handlers(database, desk), notifications.error_body),
    }
    return tuple(
        bind(document, *answers[name], examined=True) for name, document in documents().items()
    )
