"""The access log: one line for each call, with its parts and without its secrets."""

import io
import json

from tests.gateway.conftest import KEY, World
from workswith.gateway import access_log
from workswith.kernel import log


async def test_a_line_tells_who_what_and_how_long(world: World) -> None:
    out = io.StringIO()
    log.configure(as_json=True, stream=out)
    try:
        await world.call()
        await world.call(key=None)
        for record in world.records:
            access_log.write(record)
    finally:
        log.configure()
    good, refused = (json.loads(line) for line in out.getvalue().splitlines())
    parts = {
        name: good.pop(name) for name in ("at", "flow", "checks_us", "handling_us", "sending_us")
    }
    assert all(parts[name] >= 0 for name in ("checks_us", "handling_us", "sending_us"))
    assert good == {
        "level": "info",
        "area": "access",
        "event": "call",
        "api": "smarther-v2.0",
        "operation": "Plants",
        "method": "GET",
        "status": 200,
        "subscription": "s1",
        "application": "app",
        "account": "user",
    }
    assert (refused["status"], refused["problem"]) == (401, "key_missing")
    assert "account" not in refused
    assert KEY not in out.getvalue()
