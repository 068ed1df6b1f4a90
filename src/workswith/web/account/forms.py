"""What account pages ask. The names of the fields are those that identity's problems name."""

from typing import Any, Self

from wtforms.validators import Length

from workswith.web.site import fields
from workswith.web.site.forms import Form, lines, text
from workswith.web.site.language import lazy
from workswith.web.site.visit import Visit


class CurrentForm(Form):
    """The password proves that the person before the screen is still the owner.

    Whoever has none has proved it at the company: then there is no such field.
    """

    current = fields.known_password(lazy("Your present password"))
    proof = ""
    """For `Proofs.confirm`."""

    @classmethod
    def of(cls, visit: Visit, **initial: Any) -> Self:
        form = super().of(visit, **initial)
        form.proof = visit.confirmation or form.current.data or ""
        if visit.confirmation:
            del form.current
        return form


class NameForm(CurrentForm):
    first_name = fields.first_name()
    surname = fields.surname()


class AddressForm(CurrentForm):
    email = fields.email(
        lazy("New e-mail address"),
        hint=lazy("We send a link there. Until you open it, the present address stays."),
    )


class PasswordForm(CurrentForm):
    password = fields.new_password(lazy("New password"))
    again = fields.again()


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
    code = fields.one_time_code(
        longest=20, hint=lazy("The six digits that the app shows now."), inputmode="numeric"
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

    email = fields.known_email(lazy("E-mail address in the app"), autocomplete="off")
    password = fields.known_password(lazy("Password in the app"), autocomplete="off")
