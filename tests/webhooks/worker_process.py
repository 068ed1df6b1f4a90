"""A worker as a process of its own, for `test_processes`: ``python -m … URL LEASE_MS ANSWER_MS``."""

import asyncio
import sys

from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import open_database
from workswith.kernel.tasks import Bells, Supervisor
from workswith.webhooks.sender import Sender
from workswith.webhooks.settings import Rules, Settings
from workswith.webhooks.signing import Signer
from workswith.webhooks.worker import Worker


async def main(url: str, lease_ms: int, answer_ms: int) -> None:
    rules = Rules(answer_ms=answer_ms)
    settings = Settings(rules, reach="loopback", allow_http=True, lease_ms=lease_ms)
    clock, bells = Clock(), Bells()
    database = await open_database(url, connections=3)
    worker = Worker(
        database,
        clock,
        bells,
        signer=Signer(Cipher(bytes(32))),
        sender=Sender(settings),
        settings=settings,
    )
    supervisor = Supervisor(clock, bells, poll=0.05)
    supervisor.add(worker)
    supervisor.start()
    sys.stdout.write("running\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
