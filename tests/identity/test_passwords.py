"""Passwords that programs try first are refused, whatever they are dressed up in; others are not."""

import pytest

from workswith.identity.passwords import check_password, common
from workswith.kernel.problem import Problem

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
