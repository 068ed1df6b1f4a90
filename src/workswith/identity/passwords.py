"""What a password must be, and how it is kept: Argon2id in a bounded pool of threads. [ACC-7]

A hash takes tens of milliseconds of a core by intention; the pool keeps a rush of sign-ins from
starving everything else. An unknown address costs the same work as a known one.
"""

import asyncio
import os
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple, Unpack

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from workswith.kernel.problem import Kind, Problem

from .settings import Settings

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

SHORTEST = 10
LONGEST = 256
COMMON = frozenset(
    """
    1234567890 12345678910 123456789a 0123456789 9876543210 0987654321 1111111111 0000000000
    1212121212 1122334455 1234512345 1234554321 1q2w3e4r5t 1qaz2wsx3edc 1q2w3e4r5t6y q1w2e3r4t5
    q1w2e3r4t5y6 qwertyuiop qwertyuiop123 qwerty1234 qwerty12345 qwerty123456 qwertz1234
    qwertzuiop azertyuiop azerty1234 azerty12345 asdfghjkl1 asdfghjkl123 asdfasdfasdf zxcvbnm123
    1234qwerasdf qazwsxedcrfv password12 password123 password1234 password12345 password123456
    passw0rd12 passw0rd123 p@ssw0rd12 p@ssw0rd123 p@ssword123 password!1 passwordpassword
    motdepasse motdepasse1 motdepasse123 password2024 password2025 password2026 letmein123
    letmein1234 welcome123 welcome1234 welcome2024 welcome2025 welcome2026 iloveyou12 iloveyou123
    iloveyou1234 ilovemyself administrator administrateur admin12345 admin123456 adminadmin
    administrator1 changeme123 changemenow changeit123 secret1234 secretsecret topsecret1
    trustno1trustno1 sunshine12 sunshine123 princess12 princess123 football12 football123
    baseball12 baseball123 superman12 superman123 batman1234 dragon1234 monkey1234 master1234
    shadow1234 michael123 jennifer12 jessica123 charlie123 liverpool1 liverpool123 chelsea123
    juventus123 juventus1897 ciaociao12 ciaociaociao aaaaaaaaaa abcdefghij abcdefghijk
    abcdefghijklmnop abc1234567 abc123456789 abcd123456 a1b2c3d4e5 a123456789 aa12345678
    qwerty!@#$ correcthorsebatterystaple testtest12 testtest123 test123456 thermostat
    thermostat1 smarther123 legrand123 bticino123 legrand1234 workswith1 workswith123
    """.split()  # noqa: SIM905 - a table of words, not of quotation marks
)
"""What people choose first when ten characters are asked for."""


def check_password(password: str, email: str) -> None:
    """Raises `Problem` that says what to change. Any character is welcome."""
    known = password.casefold()
    if len(password) < SHORTEST:
        _refuse("password_short", f"At least {SHORTEST} characters, please.")
    if len(password) > LONGEST:
        _refuse("password_long", f"At most {LONGEST} characters, please.")
    if known in (email.casefold(), email.partition("@")[0].casefold()):
        _refuse("password_email", "The password must differ from your e-mail address.")
    if known in COMMON or len(set(known)) == 1:
        _refuse("password_common", "This password is among the first that a stranger would try.")


def _refuse(code: str, detail: str) -> None:
    raise Problem(Kind.INVALID, code, detail, field="password")


class Passwords:
    """Hashes and verifies in threads, at most so many at a time."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_rounds,
            memory_cost=settings.argon2_memory_kib,
            parallelism=settings.argon2_lanes,
        )
        self._pool = ThreadPoolExecutor(
            settings.password_threads or os.cpu_count() or 1, thread_name_prefix="password"
        )
        # Well-formed, with the same parameters, of no password: verifying it is the same work.
        self._nobody = (
            f"$argon2id$v=19$m={settings.argon2_memory_kib},t={settings.argon2_rounds},"
            f"p={settings.argon2_lanes}${_b64(os.urandom(16))}${_b64(os.urandom(32))}"
        )

    async def hash(self, password: str) -> str:
        return await self._run(self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """``None`` for an unknown account: takes as long, and is never right."""
        right = await self._run(self._verify, stored or self._nobody, password[: LONGEST + 1])
        return right and stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether the settings have changed since ``stored`` was made."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _run(self, function: Callable[[Unpack[Ts]], T], *arguments: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)


def _b64(raw: bytes) -> str:
    return b64encode(raw).rstrip(b"=").decode()
