"""Home + Control's webhook subscriptions. (`contract/homecontrol.md` 3)

The original registers the address of a webhook by a contact form, and a call names the plant only.
Here the first call names the address too; later ones of the same application may leave it out.
"""

from collections.abc import Mapping, Sequence

from workswith.contracts.binding import Answer, Handler, Request
from workswith.devices.plants import Seen
from workswith.kernel.problem import Kind, Problem

from .home_control_plant import API, answered, as_400, plant_asked_for
from .subscribing import Subscriptions


def handlers(
    seen: Seen, subscriptions: Subscriptions, read_scopes: Sequence[str]
) -> Mapping[str, Handler]:
    """``read_scopes`` are all that a subscriber needs, for a notification shows every module."""
    events = _Events(seen, subscriptions, read_scopes)
    return {
        "AddSubscription": events.subscribe,
        "GetSubscriptions": events.subscriptions,
        "RemoveSubscription": events.unsubscribe,
    }


class _Events:
    def __init__(
        self, seen: Seen, subscriptions: Subscriptions, read_scopes: Sequence[str]
    ) -> None:
        self._seen = seen
        self._subscriptions = subscriptions
        self._read_scopes = read_scopes

    async def subscribe(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._seen, request, request.body["plantid"])
        for scope in self._read_scopes:
            if scope not in request.scopes:
                raise Problem(
                    Kind.FORBIDDEN,
                    "read_scopes_missing",
                    f"The access token lacks the scope {scope}.",
                    hint="Notifications show every kind of module: add all .read scopes.",
                )
        url = request.body.get("EndPointUrl") or await self._subscriptions.latest_url(
            request.client_id, API
        )
        if not url:
            raise Problem(
                Kind.MALFORMED,
                "webhook_unknown",
                "EndPointUrl is missing, and the application has no webhook yet.",
                field="EndPointUrl",
            )
        try:
            await as_400(
                self._subscriptions.subscribe(
                    request.account_id, request.client_id, plant.id, API, url
                )
            )
        except Problem as problem:
            if problem.kind is not Kind.CONFLICT:  # clients subscribe again at each start
                raise
        return answered()

    async def subscriptions(self, request: Request) -> Answer:
        found = await self._subscriptions.of_account(
            request.account_id, API, client_id=request.client_id
        )
        listed = [{"id": one.id, "plantid": one.plant_id, "EndPointUrl": one.url} for one in found]
        return answered({"subscriptions": listed})

    async def unsubscribe(self, request: Request) -> Answer:
        plant = await plant_asked_for(self._seen, request)
        await self._subscriptions.unsubscribe(
            request.account_id,
            plant.id,
            request.path["subscriptionId"],
            client_id=request.client_id,
        )
        return answered()
