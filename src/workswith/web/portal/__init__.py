"""The developer portal. [PRT]"""

from . import apis, applications, console, notifications, pages, products, profile, wizard

# The wizard stands before the applications, whose addresses would take its own.
ROUTES = [
    *pages.ROUTES,
    *console.ROUTES,
    *apis.ROUTES,
    *products.ROUTES,
    *profile.ROUTES,
    *wizard.ROUTES,
    *applications.ROUTES,
    *notifications.ROUTES,
]
