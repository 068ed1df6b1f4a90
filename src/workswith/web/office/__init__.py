"""The operator's office: everything that the program is run from. [APP-5 OPR]"""

from . import (
    accounts,
    announcements,
    apis,
    audit,
    brand,
    community,
    gateways,
    metrics,
    news,
    notifications,
    overview,
    products,
    requests,
    subscriptions,
    tickets,
)

ROUTES = [
    *overview.ROUTES,
    *requests.ROUTES,
    *subscriptions.ROUTES,
    *products.ROUTES,
    *apis.ROUTES,
    *tickets.ROUTES,
    *community.ROUTES,
    *accounts.ROUTES,
    *audit.ROUTES,
    *notifications.ROUTES,
    *metrics.ROUTES,
    *gateways.ROUTES,
    *announcements.ROUTES,
    *news.ROUTES,
    *brand.ROUTES,
]
