"""The developer portal. [PRT]"""

from . import (
    apis,
    applications,
    console,
    guides,
    notifications,
    pages,
    products,
    profile,
    usage,
    wizard,
)

# The wizard stands before the applications, whose addresses would take its own.
ROUTES = [
    *pages.ROUTES,
    *guides.ROUTES,
    *console.ROUTES,
    *apis.ROUTES,
    *products.ROUTES,
    *profile.ROUTES,
    *usage.ROUTES,
    *wizard.ROUTES,
    *applications.ROUTES,
    *notifications.ROUTES,
]
