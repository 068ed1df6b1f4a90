"""What several forms ask a person for, at the door and in the account alike.

Whether it is right is identity's to say; here is only what is missing or too long.
"""

from wtforms.fields import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from workswith.identity.emails import LONGEST_EMAIL, LONGEST_NAME
from workswith.identity.passwords import LONGEST

from .forms import passphrase, text
from .language import lazy

MISSING = lazy("Please fill this in.")


def first_name() -> StringField:
    return text(lazy("First name"), *_name(), autocomplete="given-name")


def surname() -> StringField:
    return text(lazy("Surname"), *_name(), autocomplete="family-name")


def email(label: str, *, hint: str = "", autocomplete: str = "email") -> StringField:
    return text(
        label,
        DataRequired(MISSING),
        Length(max=LONGEST_EMAIL),
        hint=hint,
        autocomplete=autocomplete,
        inputmode="email",
    )


def known_password(label: str, *, autocomplete: str = "current-password") -> PasswordField:
    """One that the person has already."""
    return passphrase(label, InputRequired(MISSING), Length(max=LONGEST), autocomplete=autocomplete)


def new_password(label: str) -> PasswordField:
    return passphrase(
        label,
        InputRequired(MISSING),
        Length(max=LONGEST),
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


def _name() -> tuple[DataRequired, Length]:
    return DataRequired(MISSING), Length(max=LONGEST_NAME)
