"""Two programs share a token file and are killed at any moment: nobody is logged out, no call too many."""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import workswith.testing
from conftest import options, rotate_as_the_original, sign_in
from workswith_client import Client, errors

QUOTA = 12
LIVES = 26


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("rotation", ["strict", "original"])
def test_killed_all_the_time(rotation: str, tmp_path: Path) -> None:
    """With tokens that may be used once, and with tokens as the original's."""
    settings = {
        "catalog": {"starter_kit_quota": QUOTA},
        "identity": {"original_rotation_allowed": True},
    }
    with workswith.testing.cloud(settings=settings, homes=["flat"]) as cloud:
        cloud.clock.resume()
        if rotation == "original":
            rotate_as_the_original(cloud)
        store, log = tmp_path / "tokens.json", tmp_path / "log"
        with Client(**options(cloud, store, clock=time.time, sleep=time.sleep)) as client:
            sign_in(cloud, client)
        told = {
            "client_id": cloud.application.client_id,
            "client_secret": cloud.application.client_secret,
            "keys": cloud.keys,
            "base": cloud.origin,
            "store": str(store),
            "thermostat": cloud.thermostat,
            "per_day": QUOTA,
            "log": str(log),
            "lives": LIVES,
        }
        log.touch()
        script = Path(__file__).with_name("mortal.py")
        lives = [
            subprocess.Popen([sys.executable, script, json.dumps({**told, "seed": seed})])
            for seed in (1, 2)
        ]
        assert [one.wait(240) for one in lives] == [0, 0]

        lines = Counter(log.read_text("utf-8").splitlines())
        complaints = [line for line in lines if line.startswith("!")]
        assert not complaints
        assert lines["killed"] == 2 * LIVES
        assert lines["refreshed"] > 15
        assert lines["read"] <= QUOTA
        assert lines["spent"] > 0, "the day was spent to its end"

        with Client(
            **options(cloud, store, clock=time.time, sleep=time.sleep, budget=None)
        ) as client:
            client.store.write("calls", None)
            client.access_token()
            left = 0
            while left <= QUOTA:
                try:
                    client.smarther.status(*cloud.thermostat)
                except errors.QuotaSpent:
                    break
                left += 1
            assert left <= QUOTA - lines["read"]
