"""Handing a notification on to a program of a developer's."""

import socket
from concurrent.futures import ThreadPoolExecutor

from tests.patience import WITHIN
from workswith.cli.forward import UNREACHABLE, Forwarder
from workswith.sandbox.listener import Received


def test_whoever_ends_does_not_wait_for_a_program_that_hangs() -> None:
    """What is under way ends by being cut, and not by its time running out."""
    with socket.create_server(("127.0.0.1", 0)) as program, ThreadPoolExecutor() as threads:
        program.settimeout(WITHIN)
        forwarder = Forwarder(f"http://127.0.0.1:{program.getsockname()[1]}")
        sent = threads.submit(forwarder.send, Received("POST", "/", {}, b"{}"))
        asking, _ = program.accept()
        with asking:
            asking.settimeout(WITHIN)
            asked = b""
            while b"\r\n\r\n{}" not in asked:
                asked += asking.recv(65_536)
            forwarder.close()
            status, said = sent.result(WITHIN)
    assert status == UNREACHABLE
    assert b"does not answer" in said
    assert b"timed out" not in said
