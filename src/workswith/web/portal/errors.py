"""The errors of the APIs as the gateway has them, handed over as data. [GTW-2 PRT-1]"""

from workswith.web.site.services import ErrorRow, Services


def table(services: Services) -> list[ErrorRow]:
    """By status, each message once; the first meaning of a status stays the first."""
    return sorted(services.errors, key=lambda row: row.status)


def by_status(services: Services) -> dict[int, list[ErrorRow]]:
    """What to do about each status."""
    found: dict[int, list[ErrorRow]] = {}
    for row in table(services):
        found.setdefault(row.status, []).append(row)
    return found
