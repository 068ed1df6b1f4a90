"""Whole states of a running ``workswith up``: killed in the middle, and where there are none. [SBX-2]"""

import contextlib
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cloud import Cloud

KILLS_AFTER_MS = (2, 8, 15, 25, 40, 70)


def set_point(cloud: Cloud) -> float:
    with cloud.http() as http:
        tokens = cloud.control("POST", "/tokens")
        answer = http.get(
            cloud.status_url(), headers=cloud.api_headers(tokens["access_token"])
        ).json()
    return float(answer["chronothermostats"][0]["setPoint"]["value"])


def turn(cloud: Cloud, degrees: float) -> None:
    _plant, module = cloud.thermostat()
    cloud.control("POST", f"/modules/{module}/touch", {"set_point": degrees})


def is_whole(file: Path) -> bool:
    with contextlib.closing(sqlite3.connect(file)) as db:
        return bool(db.execute("PRAGMA integrity_check").fetchone() == ("ok",))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_kill_in_the_middle_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    """SIGKILL at many moments of a restore: never half of one state and half of the other."""
    cloud = Cloud(tmp_path / "data").start()
    turn(cloud, 15)
    cloud.control("POST", "/snapshots", {"name": "cold"})
    ended: set[float] = set()
    try:
        for after in KILLS_AFTER_MS:
            turn(cloud, 27)
            restoring = threading.Thread(target=_restore, args=(cloud,))
            restoring.start()
            time.sleep(after / 1000)
            cloud.kill()
            restoring.join()
            assert is_whole(cloud.data / "workswith.db")
            cloud.start()
            ended.add(set_point(cloud))
            names = [one["name"] for one in cloud.control("GET", "/snapshots")["snapshots"]]
            assert names == ["seeded", "cold"]
        assert ended <= {15.0, 27.0}
        cloud.control("POST", "/snapshots/cold/restore")
        assert set_point(cloud) == 15
        assert cloud.stop() == 0
    finally:
        if cloud._process.poll() is None:
            cloud.kill()


def _restore(cloud: Cloud) -> None:
    with contextlib.suppress(httpx2.HTTPError):
        cloud.control("POST", "/snapshots/cold/restore")


def test_a_restored_state_stays_after_a_restart(tmp_path: Path) -> None:
    with Cloud(tmp_path / "data") as cloud:
        cloud.control("POST", "/clock/freeze")
        turn(cloud, 15)
        cloud.control("POST", "/snapshots", {"name": "cold"})
        then = cloud.control("GET", "/clock")["now"]
        turn(cloud, 25)
        cloud.advance("2d")
        cloud.control("POST", "/snapshots/cold/restore")
        assert cloud.stop() == 0
        cloud.start()
        assert cloud.control("GET", "/clock")["now"] == then
        assert set_point(cloud) == 15


def test_on_postgresql_it_is_refused_in_words(postgres_cloud: Cloud) -> None:
    for path, body in [
        ("/snapshots", {"name": "one"}),
        ("/reset", None),
        ("/fork", {"name": "two"}),
    ]:
        with postgres_cloud.http() as http:
            answer: Any = http.post(
                postgres_cloud.document["sandbox"]["url"] + path,
                json=body,
                headers={"Authorization": f"Bearer {postgres_cloud.document['sandbox']['token']}"},
            )
        assert answer.status_code == 409
        assert "SQLite only" in answer.json()["error"]
