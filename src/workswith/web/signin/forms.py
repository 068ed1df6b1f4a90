"""What is typed at the door."""

from workswith.web.site import fields
from workswith.web.site.forms import Form
from workswith.web.site.language import lazy


class SignInForm(Form):
    """Published programs find the two fields by these names."""

    logonIdentifier = fields.known_email(lazy("E-mail address"))  # noqa: N815  the name on the wire
    password = fields.known_password(lazy("Password"))


class SecondForm(Form):
    code = fields.one_time_code(
        longest=40,
        hint=lazy("Six digits from your app, or one of your recovery codes."),
        inputmode="text",
        autofocus=True,
    )


class SignUpForm(Form):
    """The names of the fields are those that identity's problems name."""

    first_name = fields.first_name()
    surname = fields.surname()
    email = fields.email(
        lazy("E-mail address"), hint=lazy("We send a link there that you open once.")
    )
    password = fields.new_password(lazy("Password"))


class ForgotForm(Form):
    email = fields.email(lazy("E-mail address"))


class ResetForm(Form):
    password = fields.new_password(lazy("New password"))
    again = fields.again()
