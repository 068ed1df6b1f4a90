"""A family of processes ends as it is told to: each member hears each signal once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.patience import WITHIN, until

MEMBER = """
import pathlib, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
pathlib.Path(sys.argv[1], "begun").touch()
signal.sigwait({signal.SIGTERM})
pathlib.Path(sys.argv[1], "told").touch()
sys.stdin.read()  # what is under way
again = signal.SIGTERM in signal.sigpending()
pathlib.Path(sys.argv[1], "heard").write_text("twice" if again else "once")
"""
FAMILY = """
import pathlib, sys
from workswith.cli.processes import Family
class Watched(Family):
    def _bury(self):
        pathlib.Path(sys.argv[2], "waiting").touch()
        return super()._bury()
family = Watched()
family.add([sys.executable, "-c", sys.argv[1], sys.argv[2]])
sys.exit(family.live())
"""


def test_a_member_is_told_once_to_end(tmp_path: Path) -> None:
    """A second signal would cut off those whose requests it still answers."""
    command = [sys.executable, "-c", FAMILY, MEMBER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as family:
        until((tmp_path / "begun").exists)
        os.kill(family.pid, signal.SIGTERM)
        for moment in ("told", "waiting"):  # from then on nobody is told any more
            until((tmp_path / moment).exists)
        assert family.stdin is not None
        family.stdin.close()
        assert family.wait(WITHIN) == 0
    assert (tmp_path / "heard").read_text() == "once"
