"""Passwords that programs try first are refused, whatever they are dressed up in; others are not."""

import asyncio

import pytest

from workswith.identity.passwords import Passwords, check_password, common
from workswith.identity.settings import Settings
from workswith.kernel.problem import Kind, Problem

REFUSED = [
    ("password_short", "correct h"),
    ("password_long", "ab cd ef " * 40),
    ("password_email", "ada.lovelace@example.com"),
    ("password_email", "Ada.Lovelace1815!"),
    ("password_simple", "1234567890"),
    ("password_simple", "qwertyuiop"),
    ("password_simple", "poiuytrewq"),
    ("password_simple", "abcabcabcabc"),
    ("password_simple", "aaaaaaaaaaaa"),
    ("password_simple", "abcdefghijkl"),
    ("password_common", "P@ssw0rd123!"),
    ("password_common", "Juventus2026!"),
    ("password_common", "iloveyou forever"),
    ("password_common", "MotDePasse99"),
    ("password_common", "!!benvenuto!!"),
    ("password_common", "trustno1trustno1"),
    ("password_common", "Legrand2026"),
]
WELCOME = [
    "correct horse battery",
    "пароль, который длинный",
    "xK9#mQ2$vL",
    "my cat likes tea",
    "Tre civette sul comò",
    "  leading blanks count  ",
]


@pytest.mark.parametrize(("code", "password"), REFUSED)
def test_what_a_stranger_tries_first_is_refused(code: str, password: str) -> None:
    with pytest.raises(Problem) as refused:
        check_password(password, "ada.lovelace@example.com")
    assert (refused.value.code, refused.value.field) == (code, "password")


@pytest.mark.parametrize("password", WELCOME)
def test_any_character_is_welcome(password: str) -> None:
    check_password(password, "ada.lovelace@example.com")


def test_the_list_is_of_words() -> None:
    assert len(common()) > 1_400
    assert all(word == word.casefold() and " " not in word for word in common())


async def test_a_rush_waits_in_a_queue_of_known_length() -> None:
    """Beyond it people are asked to come again, so that nobody waits for minutes. [ACC-7]"""
    few = Passwords(
        Settings(argon2_memory_kib=8, argon2_rounds=1, password_threads=1, password_queue=3)
    )
    stored = await few.hash("correct horse battery")
    ends = await asyncio.gather(
        *(few.verify(stored, "correct horse battery") for _ in range(10)), return_exceptions=True
    )
    refused = [end for end in ends if isinstance(end, Problem)]
    assert ends.count(True) == 3
    assert {end.code for end in refused} == {"sign_ins_many"}
    assert all(end.kind is Kind.UNAVAILABLE and end.retry_after for end in refused)
    assert await few.verify(stored, "correct horse battery"), "and goes on afterwards"
    few.close()
