"""The operator's office: requests to decide, accounts, the audit log, deliveries. [APP-5 OPR]"""

from . import accounts, audit, notifications, requests

ROUTES = [*requests.ROUTES, *accounts.ROUTES, *audit.ROUTES, *notifications.ROUTES]
