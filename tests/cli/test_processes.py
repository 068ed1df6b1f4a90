"""A family of processes ends as it is told to: each member hears each signal once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.patience import WITHIN, until

MEMBER = """
import pathlib, signal, sys, time
heard = []
signal.signal(signal.SIGTERM, lambda *_: heard.append(1))
pathlib.Path(sys.argv[1], "begun").touch()
while not heard:
    time.sleep(0.01)
time.sleep(1)  # what is under way
pathlib.Path(sys.argv[1], "heard").write_text(str(len(heard)))
"""
FAMILY = """
import sys
from workswith.cli.processes import Family
family = Family()
family.add([sys.executable, "-c", sys.argv[1], sys.argv[2]])
sys.exit(family.live())
"""


def test_a_member_is_told_once_to_end(tmp_path: Path) -> None:
    """A second signal would cut off those whose requests it still answers."""
    with subprocess.Popen([sys.executable, "-c", FAMILY, MEMBER, str(tmp_path)]) as family:
        until((tmp_path / "begun").exists)
        os.kill(family.pid, signal.SIGTERM)
        assert family.wait(WITHIN) == 0
    assert (tmp_path / "heard").read_text() == "1"
