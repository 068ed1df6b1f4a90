"""The screens of sign-in, sign-up, lost password, consent, devices and logout. Their protocol is identity's."""

from . import (
    authorize,
    device,
    federation,
    logos,
    logout,
    lost_password,
    passkey,
    sandbox_mail,
    second,
    sign_in,
    sign_up,
)

ROUTES = [
    *authorize.ROUTES,
    *device.ROUTES,
    *logout.ROUTES,
    *sign_in.ROUTES,
    *second.ROUTES,
    *passkey.ROUTES,
    *federation.ROUTES,
    *sign_up.ROUTES,
    *sandbox_mail.ROUTES,
    *lost_password.ROUTES,
    *logos.ROUTES,
]
