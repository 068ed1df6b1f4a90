"""A program as type checkers see it; `test_types` runs them, nobody runs this."""

from collections.abc import Sequence
from typing import assert_type

from workswith_client import AsyncClient, Budget, Client, Forecast, Operation, Store, smarther
from workswith_client.errors import DeviceBusy, WorksWithError
from workswith_client.home_control_models import Status as ModuleStatus
from workswith_client.smarther_models import Mode, Plant, Status
from workswith_client.webhooks import Keeper, Notification, Receiver, asgi_app


class OwnStore:
    def try_lock(self, name: str) -> None:
        return None

    def read(self, name: str) -> str | None:
        return None

    def write(self, name: str, text: str | None) -> None:
        return None


def waiting(keys: Sequence[str]) -> None:
    store: Store = OwnStore()
    with Client("id", "secret", keys, store=store, budget=Budget(when_spent="wait")) as client:
        assert_type(client.smarther.plants(), tuple[Plant, ...])
        status = client.smarther.status("p", "m")
        assert_type(status, Status | None)
        if status is not None and status.mode is Mode.BOOST:
            assert_type(status.set_point.value if status.set_point else None, float | None)
        client.smarther.set_manual("p", "m", 21.5)
        assert_type(client.home_control.statuses("p"), tuple[ModuleStatus, ...])
        assert_type(client.run(smarther.plants()), tuple[Plant, ...])
        assert_type(client.forecast(), Forecast)
        assert_type(smarther.plants(), Operation[tuple[Plant, ...]])


async def awaiting() -> None:
    async with AsyncClient("id", "secret", "key", store="tokens.json") as client:
        try:
            assert_type(await client.smarther.plants(), tuple[Plant, ...])
            assert_type(await client.home_control.light("p", "l"), ModuleStatus | None)
            assert_type(await client.run(smarther.plants()), tuple[Plant, ...])
        except DeviceBusy as error:
            assert_type(error.status, int)
        except WorksWithError as error:
            assert_type(error.hint, str)
        receiver = Receiver(["whsec_eA=="])
        asgi_app(receiver, "/hook")
        Keeper(client, receiver, "https://a.example/hook", plants={"p": ["m"]})
        async for notification in receiver:
            assert_type(notification, Notification)
