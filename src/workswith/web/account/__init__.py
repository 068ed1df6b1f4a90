"""Account and security: one's own details, factors, sessions, links, and the end. [ACC-4 ACC-6 ACC-7]"""

from . import about, closing, details, linking, overview, passkeys, second_factor

ROUTES = [
    *overview.ROUTES,
    *details.ROUTES,
    *about.ROUTES,
    *second_factor.ROUTES,
    *passkeys.ROUTES,
    *linking.ROUTES,
    *closing.ROUTES,
]
