"""The developer portal. [PRT]"""

from . import (
    announcements,
    apis,
    applications,
    changelog,
    console,
    contact,
    forum,
    guides,
    notifications,
    pages,
    products,
    profile,
    search,
    showcase,
    status,
    usage,
    wizard,
)

# The wizard stands before the applications, whose addresses would take its own.
ROUTES = [
    *pages.ROUTES,
    *guides.ROUTES,
    *console.ROUTES,
    *contact.ROUTES,
    *forum.ROUTES,
    *showcase.ROUTES,
    *changelog.ROUTES,
    *status.ROUTES,
    *search.ROUTES,
    *announcements.ROUTES,
    *apis.ROUTES,
    *products.ROUTES,
    *profile.ROUTES,
    *usage.ROUTES,
    *wizard.ROUTES,
    *applications.ROUTES,
    *notifications.ROUTES,
]
