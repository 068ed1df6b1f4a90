"""A program that dies all the time: each of its lives refreshes and reads as fast as it can.

Run with a JSON of what to do; prints what its lives complained of, one line each.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import httpx2

from workswith_client import Budget, Client, Retries, errors, tokens

LONGEST_LIFE = 30.0
ENOUGH = len("refreshed\nread\nrefreshed\nread\n")


def live(told: dict[str, Any]) -> None:
    """Until it is killed."""
    client = Client(
        told["client_id"],
        told["client_secret"],
        told["keys"],
        base=told["base"],
        store=told["store"],
        budget=Budget(per_day=told["per_day"], kept_for_commands=0),
        retries=Retries(first_pause=0.01),
        http=httpx2.Client(verify=False),  # http here; reading the authorities takes a whole life
    )
    plant, module = told["thermostat"]
    log = os.open(told["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    while True:
        try:
            stale = client.access_token()
            client._driver.run(tokens.access_token(client._core.login, stale=stale))
            os.write(log, b"refreshed\n")
            client.smarther.status(plant, module)
            os.write(log, b"read\n")
        except errors.BudgetSpent:
            os.write(log, b"spent\n")
        except errors.Unauthorized:
            os.write(log, b"superseded\n")  # by the other's refresh, a moment ago
        except Exception as error:
            os.write(log, f"! {type(error).__name__}: {error}\n".encode())


def main() -> None:
    told = json.loads(sys.argv[1])
    chance = random.Random(told["seed"])
    log = Path(told["log"])
    for life in range(told["lives"]):
        before = log.stat().st_size
        child = os.fork()
        if child == 0:
            live(told)
        if life % 2:  # every other one gets somewhere first, however busy this machine is
            end = time.monotonic() + LONGEST_LIFE
            while log.stat().st_size < before + ENOUGH and time.monotonic() < end:
                time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.15))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with log.open("a") as lines:
            lines.write("killed\n")


if __name__ == "__main__":
    main()
