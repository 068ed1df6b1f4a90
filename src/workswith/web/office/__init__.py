"""The operator's office: requests to decide, accounts, the audit log. [APP-5 OPR]"""

from . import accounts, audit, requests

ROUTES = [*requests.ROUTES, *accounts.ROUTES, *audit.ROUTES]
