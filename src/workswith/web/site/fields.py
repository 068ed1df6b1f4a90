"""What several forms ask a person for, at the door and in the account alike.

What is right is identity's to say. Its rules are asked here as well, so that a page tells of all that
is wrong at once.
"""

from collections.abc import Callable

from wtforms import Field
from wtforms import Form as WtForm
from wtforms.fields import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, StopValidation

from workswith.identity.emails import LONGEST_EMAIL, LONGEST_NAME, clean_line, normal_email
from workswith.identity.passwords import LONGEST, check_password
from workswith.kernel.problem import Problem

from .forms import passphrase, text, told
from .language import lazy

MISSING = lazy("Please fill this in.")
Rule = Callable[[WtForm, Field], None]


def first_name() -> StringField:
    return text(lazy("First name"), *_name(), autocomplete="given-name")


def surname() -> StringField:
    return text(lazy("Surname"), *_name(), autocomplete="family-name")


def email(label: str, *, hint: str = "") -> StringField:
    """One to write to."""
    return _email(label, _obeys(normal_email), hint=hint, autocomplete="email")


def known_email(label: str, *, autocomplete: str = "username") -> StringField:
    """One that the person signs in with; whatever it is, it is only right or wrong."""
    return _email(label, autocomplete=autocomplete)


def known_password(label: str, *, autocomplete: str = "current-password") -> PasswordField:
    """One that the person has already."""
    return passphrase(label, InputRequired(MISSING), Length(max=LONGEST), autocomplete=autocomplete)


def new_password(label: str) -> PasswordField:
    return passphrase(
        label,
        InputRequired(MISSING),
        Length(max=LONGEST),
        _good_password,
        hint=lazy("At least 10 characters. A few words that only you would put together do well."),
        autocomplete="new-password",
    )


def again() -> PasswordField:
    """Beside a `new_password` whose name is ``password``."""
    return passphrase(
        lazy("The same once more"),
        InputRequired(MISSING),
        EqualTo("password", lazy("The two differ.")),
        autocomplete="new-password",
    )


def one_time_code(
    *, longest: int, hint: str, inputmode: str, autofocus: bool = False
) -> StringField:
    """``longest`` in characters, blanks and hyphens that people type included."""
    return text(
        lazy("Code"),
        DataRequired(MISSING),
        Length(max=longest),
        hint=hint,
        autocomplete="one-time-code",
        inputmode=inputmode,
        **({"autofocus": True} if autofocus else {}),
    )


def _name() -> tuple[DataRequired, Length, Rule]:
    return DataRequired(MISSING), Length(max=LONGEST_NAME), _obeys(_clean_name)


def _clean_name(typed: str) -> str:
    return clean_line(typed, "name", LONGEST_NAME)


def _email(label: str, *rules: Rule, hint: str = "", autocomplete: str) -> StringField:
    return text(
        label,
        DataRequired(MISSING),
        Length(max=LONGEST_EMAIL),
        *rules,
        hint=hint,
        autocomplete=autocomplete,
        inputmode="email",
    )


def _good_password(form: WtForm, field: Field) -> None:
    address = form["email"].data if "email" in form else ""
    _obeys(lambda typed: check_password(typed, address or ""))(form, field)


def _obeys(rule: Callable[[str], object]) -> Rule:
    """``rule`` raises `Problem` for what is not right."""

    def validate(_form: WtForm, field: Field) -> None:
        try:
            rule(field.data or "")
        except Problem as problem:
            raise StopValidation(told(problem)) from problem

    return validate
