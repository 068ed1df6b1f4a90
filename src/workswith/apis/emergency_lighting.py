"""Emergency Lighting: the controllers of a site, and what their flags mean. [API-5]

(`contract/homecontrol.md` 5) How bits are numbered is ours: in the published order of the failures.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from workswith.contracts.binding import Answer, Handler, Request
from workswith.devices.emergency import DEVICE, Configuration, Reading
from workswith.devices.plants import Module, modules_of, plant_of, unknown
from workswith.devices.twin import Snapshot
from workswith.kernel.clock import iso
from workswith.kernel.database import Reads
from workswith.kernel.problem import Kind, Problem

API = "emergency_lighting"
"""The word for this API in plants."""

BLOCK = (
    *("FAULTY_COMMUNICATION", "OTHER_FAULTY", "ALARM_STATE", "DLD", "FAULTY_POWER_SUPPLY"),
    *("FAULTY_BATTERY", "DISCONNECTED_BATTERY", "FAULTY_EMERGENCY_LIGHT", "FAULTY_ELECTRONICAL"),
)
REMOTE = (
    *("SECTOR_ON_BUS", "BUS_SHORT_CIRCUIT", "NO_BLOCK_RESPONSE", "CAPACITY_OVERFLOW"),
    *("NFC_COMM_FAULT", "QUARTZ_FAULT", "BATTERY_FAULT", "BLOCK_ENROLLMENT_FAULT"),
    *("ELECTRONIC_FAULT", "OUT_SUPERVISION"),
)
"""Failures by the number of their bit; no bit is ``OK``."""
FAMILIES = {"6626": ("BLOCK", BLOCK), "6627": ("REMOTE.STATUS", REMOTE)}
"""By the first digits of a product's reference."""


class Twin(Protocol):
    """`devices.twin.Twin`."""

    async def read_all(
        self, account_id: str, plant_id: str, *, device: str = ""
    ) -> list[Snapshot]: ...


def handlers(reads: Reads, twin: Twin) -> Mapping[str, Handler]:
    """The handler of each operation of ``emergency_lighting.yaml``, by operation id."""

    async def controllers(request: Request) -> Answer:
        site = await plant_of(reads, request.account_id, request.path["siteId"])
        if site.api != API:
            raise unknown("site")
        modules = {one.id: one for one in await modules_of(reads, request.account_id, site.id)}
        snapshots = await twin.read_all(request.account_id, site.id, device=DEVICE)
        return Answer(200, [_controller(modules[one.module_id], one.reading) for one in snapshots])

    async def decode(request: Request) -> Answer:
        query = request.query
        return Answer(200, failures(query["reference"], int(query["failureFlag"])))

    return {"getSiteControllers": controllers, "decodeFailureFlag": decode}


def failures(reference: str, flag: int) -> list[dict[str, Any]]:
    """What a flag of a product says. Raises `Kind.MALFORMED` for what it cannot."""
    prefix, names = FAMILIES.get(reference[:4], ("", ()))
    if not names:
        raise _unknown("reference", "This reference is none of an emergency lighting product.")
    if flag >= 1 << len(names):
        raise _unknown("failureFlag", "This product has no such flag.")
    if not flag:
        return [{"flag": 0, "failureType": f"{prefix}.OK"}]
    return [
        {"flag": 1 << bit, "failureType": f"{prefix}.{name}"}
        for bit, name in enumerate(names)
        if flag & 1 << bit
    ]


def _controller(module: Module, reading: Reading) -> dict[str, Any]:
    configuration = msgspec.json.decode(module.configuration, type=Configuration)
    broken = failures(configuration.reference, reading.failures) if reading.failures else []
    return {
        "id": module.id,
        "name": module.name,
        "reference": configuration.reference,
        "serialNumber": configuration.serial,
        "lastStatusUpdate": iso(reading.at),
        "status": int(reading.alert),
        "failures": broken,
        "alert": reading.alert,
        "lastAlertUpdate": iso(reading.alert_at),
        "alertLevel": int(reading.alert),
    }


def _unknown(field: str, detail: str) -> Problem:
    return Problem(Kind.MALFORMED, "flag_unknown", detail, field=field)
