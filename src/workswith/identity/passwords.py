"""What a password must be, and how it is kept: Argon2id in a bounded pool of threads. [ACC-7]

A hash takes tens of milliseconds of a core by intention; the pool keeps a rush of sign-ins from
starving everything else: its threads let others go first, and beyond a queue of known length people
are asked to try again. An unknown address costs the same
work as a known one.
"""

import asyncio
import os
import sys
import threading
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from typing import TypeVar, TypeVarTuple, Unpack

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from workswith.kernel.problem import Kind, Problem

from .settings import Settings

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

BEHIND_OTHERS = 10
"""The niceness of the threads that hash: about a tenth of a busy core."""
RETRY_SECONDS = 5
SHORTEST = 10
LONGEST = 256
LEET = str.maketrans("013457@$!€+", "oieastasiet")
"""Digits and signs that stand for letters."""
WALKS = (
    "0123456789",
    "9876543210",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "qwertzuiop",
)


@cache
def common() -> frozenset[str]:
    """The words of ``common_passwords.txt``."""
    text = files(__package__).joinpath("common_passwords.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset(" ".join(lines).split())


def check_password(password: str, email: str) -> None:
    """Raises `Problem` that says what to change. Any character is welcome.

    [NIST SP 800-63B-4 3.1.1.2] Length counts; no rule asks for signs and capitals, which only make
    people write ``Password1!``. Refused is what a list of passwords in use would begin with.
    """
    if len(password) < SHORTEST:
        _refuse("password_short", "At least 10 characters, please.")  # as a text, for translators
    if len(password) > LONGEST:
        _refuse("password_long", f"At most {LONGEST} characters, please.")
    known = password.casefold()
    local = email.partition("@")[0].casefold()
    if known == email.casefold() or (local and known.strip("0123456789!?.*#-_") == local):
        _refuse("password_email", "The password must differ from your e-mail address.")
    if len(set(known)) < 4 or _repeats(known) or _walks(known):
        _refuse(
            "password_simple",
            "This is a row of keys or a repetition, which programs try first.",
            hint="A few words that only you would put together do well.",
        )
    if is_common(known):
        _refuse(
            "password_common",
            "This password is among the first that a stranger would try.",
            hint="A few words that only you would put together do well.",
        )


def is_common(known: str) -> bool:
    """Whether it is one common word or two, however dressed up with digits, signs and capitals."""
    dressed = known.strip("0123456789!?.,;:*#@$%&/()=+-_ '\"<>€£")
    for text in {known, dressed, known.translate(LEET), dressed.translate(LEET)}:
        letters = "".join(char for char in text if char.isalpha())
        if letters in common() or any(
            letters[:cut] in common() and letters[cut:] in common()
            for cut in range(3, len(letters) - 2)
        ):
            return True
    return False


def _repeats(text: str) -> bool:
    """Whether it is one short thing over and over: ``abcabcabcabc``."""
    return any(
        (text[:size] * (len(text) // size + 1))[: len(text)] == text
        for size in range(1, len(text) // 3 + 1)
    )


def _walks(text: str) -> bool:
    """Whether it goes along the keyboard or the digits: in steps of one, forwards or backwards."""
    ways = [*WALKS, *(way[::-1] for way in WALKS), "abcdefghijklmnopqrstuvwxyz"]
    steps = sum(any(text[at : at + 2] in way for way in ways) for at in range(len(text) - 1))
    return steps >= len(text) - 2


def _refuse(code: str, detail: str, hint: str = "") -> None:
    raise Problem(Kind.INVALID, code, detail, field="password", hint=hint)


class Passwords:
    """Hashes and verifies in threads, at most so many at a time. Every use may raise UNAVAILABLE
    ``sign_ins_many``.
    """

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_rounds,
            memory_cost=settings.argon2_memory_kib,
            parallelism=settings.argon2_lanes,
        )
        self._pool = ThreadPoolExecutor(
            max(settings.password_threads, 0) or max(1, (os.cpu_count() or 1) // 2),
            thread_name_prefix="password",
            initializer=_step_back,
        )
        self._at_once = settings.password_threads < 0
        self._most = settings.password_queue
        self._waiting = 0
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
        if self._at_once:
            return function(*arguments)
        if self._waiting >= self._most:
            raise Problem(
                Kind.UNAVAILABLE,
                "sign_ins_many",
                "Very many people are signing in at this moment.",
                hint="Please try again in a few seconds.",
                retry_after=RETRY_SECONDS,
            )
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, function, *arguments)
        finally:
            self._waiting -= 1


def _step_back() -> None:
    """Lets everything else go first: on Linux a thread has a priority of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND_OTHERS)


def _b64(raw: bytes) -> str:
    return b64encode(raw).rstrip(b"=").decode()
