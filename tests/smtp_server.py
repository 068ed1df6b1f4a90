"""A mail server of tests: it speaks SMTP for real, and keeps what it was given."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """An SMTP server (RFC 5321) that takes what it is given, or refuses a recipient."""

    port: int = 0
    refuse: str = ""
    code: int = 550
    messages: list[email.message.EmailMessage] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            command = line.decode().strip()
            verb = command[:4].upper()
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                raw = b""
                while (part := await reader.readline()) != b".\r\n":
                    raw += part
                self.messages.append(email.message_from_bytes(raw, policy=email.policy.default))
                writer.write(b"250 taken\r\n")
            elif verb == "RCPT" and self.refuse and self.refuse in command:
                writer.write(f"{self.code} no\r\n".encode())
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 yes\r\n")
        writer.close()


@asynccontextmanager
async def mailbox(*, refuse: str = "", code: int = 550) -> AsyncIterator[Mailbox]:
    """``code`` answers a recipient whose address contains ``refuse``."""
    box = Mailbox(refuse=refuse, code=code)
    server = await asyncio.start_server(box.serve, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    async with server:
        yield box
