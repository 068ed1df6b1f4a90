"""What a call caused is shown as its subscribers read it, and of no other call or home. [PRT-2]"""

from workswith.events.outbox import Event, append
from workswith.kernel.database import Database
from workswith.webhooks.preview import Home, Preview
from workswith.webhooks.subscriptions import Subscription


def rendered(event: Event, subscription: Subscription) -> bytes | None:
    if event.kind == "silent":
        return None
    return f"{subscription.account_id} {event.sequence} {event.state['set_point']} °".encode()


async def put(database: Database, plant: str, flow: str, kind: str = "thermostat") -> None:
    await database.write(
        append,
        plant_id=plant,
        module_id="m",
        kind=kind,
        changed=("set_point",),
        state={"set_point": 21},
        at=5,
        flow=flow,
    )


async def test_what_one_call_caused_in_order_and_nothing_else(database: Database) -> None:
    for plant, flow in (("a", "f1"), ("a", "f2"), ("b", "f1"), ("a", "f1"), ("c", "f1")):
        await put(database, plant, flow)
    await put(database, "a", "f1", "silent")
    preview = Preview(database, {"smarther": rendered})
    homes = [Home("a", "smarther"), Home("b", "other"), Home("d", "smarther")]
    found = await preview.caused("ada", homes, "f1")
    assert [one.body for one in found] == ["ada 1 21 °", "ada 3 21 °"]
    assert {one.plant_id for one in found} == {"a"}
    assert await preview.caused("ada", homes, "") == []
    assert await preview.caused("ada", [], "f1") == []
