"""The screens of sign-in, sign-up, lost password and consent. Their protocol is identity's."""

from . import authorize, logos, lost_password, sign_in, sign_up

ROUTES = [
    *authorize.ROUTES,
    *sign_in.ROUTES,
    *sign_up.ROUTES,
    *lost_password.ROUTES,
    *logos.ROUTES,
]
