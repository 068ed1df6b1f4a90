"""What workswith-client costs: its import, and its own part of a call, beside the bare HTTP library."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx2

import workswith.testing
from workswith_client import Client

ROUNDS = 7
CALLS = 200
IMPORTS = (
    "import asyncio",
    "import httpx2",
    "import workswith_client",
    "from workswith_client import AsyncClient",
)


def import_ms(statement: str) -> float:
    """Above an interpreter that imports nothing; the best of some."""

    def run(code: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - began

    return 1000 * (min(run(statement) for _ in range(ROUNDS)) - min(run("") for _ in range(ROUNDS)))


def call_ms(call: Callable[[], object]) -> float:
    call()
    took = []
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return 1000 * statistics.median(took)


def main() -> None:
    for statement in IMPORTS:
        print(f"{statement:<42} {import_ms(statement):6.0f} ms")
    settings = {"catalog": {"starter_kit_quota": 100_000}}
    with (
        workswith.testing.cloud(settings=settings, homes=["flat"]) as cloud,
        tempfile.TemporaryDirectory() as folder,
    ):
        application = cloud.application
        plant, module = cloud.thermostat
        client = Client(
            application.client_id,
            application.client_secret,
            cloud.keys,
            base=cloud.origin,
            store=Path(folder) / "tokens.json",
        )
        begun = client.begin_sign_in(application.redirect_uris[0])
        client.finish_sign_in(begun, cloud.sign_in(begun.url))
        headers = {
            "Authorization": f"Bearer {client.access_token()}",
            "Ocp-Apim-Subscription-Key": cloud.key,
        }
        url = (
            f"{cloud.origin}/smarther/v2.0/chronothermostat/thermoregulation/addressLocation"
            f"/plants/{plant}/modules/parameter/id/value/{module}"
        )
        with httpx2.Client() as bare:
            print(
                f"{'a status by the bare library':<42} {call_ms(lambda: bare.get(url, headers=headers)):8.2f} ms"
            )
        counted = Client(
            application.client_id,
            application.client_secret,
            cloud.keys,
            base=cloud.origin,
            store=client.store,
            budget=None,
        )
        print(
            f"{'a status by the client, uncounted':<42} {call_ms(lambda: counted.smarther.status(plant, module)):8.2f} ms"
        )
        from workswith_client import Budget

        generous = Client(
            application.client_id,
            application.client_secret,
            cloud.keys,
            base=cloud.origin,
            store=client.store,
            budget=Budget(per_day=100_000),
        )
        print(
            f"{'a status by the client, counted in a file':<42} {call_ms(lambda: generous.smarther.status(plant, module)):8.2f} ms"
        )
        for one in (client, counted, generous):
            one.close()


if __name__ == "__main__":
    main()
