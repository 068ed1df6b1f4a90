"""What is typed at the door. Whether it is right is identity's to say; here is only what is missing."""

from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from workswith.identity.emails import LONGEST_EMAIL, LONGEST_NAME
from workswith.identity.passwords import LONGEST
from workswith.web.site.forms import Form, passphrase, text
from workswith.web.site.language import lazy

_MISSING = lazy("Please fill this in.")
_EMAIL = (DataRequired(_MISSING), Length(max=LONGEST_EMAIL))
_NAME = (DataRequired(_MISSING), Length(max=LONGEST_NAME))
_NEW_PASSWORD = (InputRequired(_MISSING), Length(max=LONGEST))


class SignInForm(Form):
    """Published programs find the two fields by these names."""

    logonIdentifier = text(  # noqa: N815  the name on the wire
        lazy("E-mail address"), *_EMAIL, autocomplete="username", inputmode="email"
    )
    password = passphrase(
        lazy("Password"),
        InputRequired(_MISSING),
        Length(max=LONGEST),
        autocomplete="current-password",
    )


class SecondForm(Form):
    code = text(
        lazy("Code"),
        DataRequired(_MISSING),
        Length(max=40),
        hint=lazy("Six digits from your app, or one of your recovery codes."),
        autocomplete="one-time-code",
        inputmode="text",
        autofocus=True,
    )


class SignUpForm(Form):
    """The names of the fields are those that identity's problems name."""

    first_name = text(lazy("First name"), *_NAME, autocomplete="given-name")
    surname = text(lazy("Surname"), *_NAME, autocomplete="family-name")
    email = text(
        lazy("E-mail address"),
        *_EMAIL,
        hint=lazy("We send a link there that you open once."),
        autocomplete="email",
        inputmode="email",
    )
    password = passphrase(
        lazy("Password"),
        *_NEW_PASSWORD,
        hint=lazy("At least 10 characters. A few words that only you would put together do well."),
        autocomplete="new-password",
    )


class ForgotForm(Form):
    email = text(lazy("E-mail address"), *_EMAIL, autocomplete="email", inputmode="email")


class ResetForm(Form):
    password = passphrase(
        lazy("New password"),
        *_NEW_PASSWORD,
        hint=lazy("At least 10 characters. A few words that only you would put together do well."),
        autocomplete="new-password",
    )
    again = passphrase(
        lazy("The same once more"),
        InputRequired(_MISSING),
        EqualTo("password", lazy("The two differ.")),
        autocomplete="new-password",
    )
