"""The operator's office: everything that the program is run from. [APP-5 OPR]"""

from . import accounts, apis, audit, notifications, overview, products, requests, subscriptions

ROUTES = [
    *overview.ROUTES,
    *requests.ROUTES,
    *subscriptions.ROUTES,
    *products.ROUTES,
    *apis.ROUTES,
    *accounts.ROUTES,
    *audit.ROUTES,
    *notifications.ROUTES,
]
