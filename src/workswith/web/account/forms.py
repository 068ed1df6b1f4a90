"""What account pages ask. The names of the fields are those that identity's problems name."""

from typing import Any, Self

from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from workswith.identity.emails import LONGEST_EMAIL, LONGEST_NAME
from workswith.identity.passwords import LONGEST
from workswith.web.site.forms import Form, lines, passphrase, text
from workswith.web.site.language import lazy
from workswith.web.site.visit import Visit

_MISSING = lazy("Please fill this in.")


class CurrentForm(Form):
    """The password proves that the person before the screen is still the owner.

    Whoever has none has proved it at the company: then there is no such field.
    """

    current = passphrase(
        lazy("Your present password"),
        InputRequired(_MISSING),
        Length(max=LONGEST),
        autocomplete="current-password",
    )
    proof = ""
    """For `Accounts.confirm`."""

    @classmethod
    def of(cls, visit: Visit, **initial: Any) -> Self:
        form = super().of(visit, **initial)
        form.proof = visit.confirmation or form.current.data or ""
        if visit.confirmation:
            del form.current
        return form


class NameForm(CurrentForm):
    first_name = text(
        lazy("First name"),
        DataRequired(_MISSING),
        Length(max=LONGEST_NAME),
        autocomplete="given-name",
    )
    surname = text(
        lazy("Surname"),
        DataRequired(_MISSING),
        Length(max=LONGEST_NAME),
        autocomplete="family-name",
    )


class AddressForm(CurrentForm):
    email = text(
        lazy("New e-mail address"),
        DataRequired(_MISSING),
        Length(max=LONGEST_EMAIL),
        hint=lazy("We send a link there. Until you open it, the present address stays."),
        autocomplete="email",
        inputmode="email",
    )


class PasswordForm(CurrentForm):
    password = passphrase(
        lazy("New password"),
        InputRequired(_MISSING),
        Length(max=LONGEST),
        hint=lazy("At least 10 characters. A few words that only you would put together do well."),
        autocomplete="new-password",
    )
    again = passphrase(
        lazy("The same once more"),
        InputRequired(_MISSING),
        EqualTo("password", lazy("The two differ.")),
        autocomplete="new-password",
    )


class ProfileForm(CurrentForm):
    """The names of the fields are those of OpenID Connect's claims."""

    middle_name = text(lazy("Middle name"), autocomplete="additional-name")
    nickname = text(lazy("Nickname"), autocomplete="nickname")
    gender = text(lazy("Gender"), hint=lazy("In your own words."), autocomplete="sex")
    birthdate = text(
        lazy("Date of birth"),
        hint=lazy("Year, month, day: 1984-02-29. With 0000 in place of the year, it stays untold."),
        autocomplete="bday",
    )
    website = text(lazy("Website"), autocomplete="url", inputmode="url")
    profile = text(lazy("Page about you"), autocomplete="off", inputmode="url")
    picture = text(
        lazy("Address of a picture of you"),
        hint=lazy("We do not open it; applications do."),
        autocomplete="off",
        inputmode="url",
    )
    zoneinfo = text(lazy("Time zone"), hint=lazy("As in: Europe/Rome"), autocomplete="off")
    locale = text(lazy("Language"), hint=lazy("As in: it, or fr-CH"), autocomplete="off")
    phone_number = text(
        lazy("Phone number"),
        hint=lazy("With the code of the country: +39 055 123456. Nobody checks that it is yours."),
        autocomplete="tel",
        inputmode="tel",
    )
    address = lines(
        lazy("Postal address"),
        hint=lazy("As on an envelope, below your name."),
        autocomplete="street-address",
        rows=4,
    )


class CodeForm(Form):
    code = text(
        lazy("Code"),
        DataRequired(_MISSING),
        Length(max=20),
        hint=lazy("The six digits that the app shows now."),
        autocomplete="one-time-code",
        inputmode="numeric",
    )


class PasskeyForm(CurrentForm):
    label = text(
        lazy("Name of the passkey"),
        Length(max=60),
        hint=lazy("So that you recognise it later: “laptop”, “phone”."),
        autocomplete="off",
    )


class LinkForm(Form):
    """The account of the official app."""

    email = text(
        lazy("E-mail address in the app"),
        DataRequired(_MISSING),
        Length(max=LONGEST_EMAIL),
        autocomplete="off",
        inputmode="email",
    )
    password = passphrase(
        lazy("Password in the app"),
        InputRequired(_MISSING),
        Length(max=LONGEST),
        autocomplete="off",
    )
