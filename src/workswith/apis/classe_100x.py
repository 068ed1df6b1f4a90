"""Classe 100X16E & Easy Kit Connected: a ticket to call the unit at home. [API-5]

(`contract/homecontrol.md` 5) The ticket is for the Door Entry SDK, which is not part of this cloud:
it says who may call what until when, signed with a key of this installation.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from workswith.contracts.binding import Answer, Handler, Request
from workswith.devices.doorentry import DEVICE
from workswith.devices.plants import plant_of, unknown
from workswith.devices.twin import Snapshot
from workswith.kernel.clock import MINUTE, SECOND
from workswith.kernel.database import Reads
from workswith.kernel.ident import b64url

API = "classe_100x"
"""The word for this API in plants."""
VALID_FOR = 5 * MINUTE
_HEADER = b64url(b'{"alg":"HS256","typ":"JWT"}')


class Twin(Protocol):
    """`devices.twin.Twin`."""

    async def read(
        self, account_id: str, plant_id: str, module_id: str, *, device: str = ""
    ) -> Snapshot: ...


def handlers(reads: Reads, twin: Twin, key: bytes) -> Mapping[str, Handler]:
    """The handler of each operation of ``classe_100x.yaml``; ``key`` signs the tickets."""

    async def call_home(request: Request) -> Answer:
        plant = await plant_of(reads, request.account_id, request.path["plantId"])
        if plant.api != API:
            raise unknown("plant")
        unit = await twin.read(
            request.account_id, plant.id, request.path["deviceId"], device=DEVICE
        )
        claims = {
            "sub": request.account_id,
            "azp": request.client_id,
            "plant": plant.id,
            "device": unit.module_id,
            "iat": request.now // SECOND,
            "exp": (request.now + VALID_FOR) // SECOND,
        }
        sender = {
            "addressType": "addressLocation",
            "system": "videodoorentry",
            "plant": {"id": plant.id},
        }
        return Answer(200, {"audiovideounits": [{"ticket": ticket(claims, key), "sender": sender}]})

    return {"Call-home": call_home}


def ticket(claims: Mapping[str, Any], key: bytes) -> str:
    """A JSON Web Token (RFC 7519), HS256."""
    signed = f"{_HEADER}.{b64url(msgspec.json.encode(claims))}"
    return f"{signed}.{b64url(hmac.digest(key, signed.encode(), hashlib.sha256))}"
