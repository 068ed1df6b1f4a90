"""The home owner's place: homes, rooms, devices, programs, history, third-party access. [END]"""

from . import (
    app_account,
    connection,
    device,
    history,
    homes,
    programs,
    settings,
    thermostat,
    third_parties,
)

ROUTES = [
    *homes.ROUTES,
    *settings.ROUTES,
    *device.ROUTES,
    *connection.ROUTES,
    *history.ROUTES,
    *thermostat.ROUTES,
    *programs.ROUTES,
    *third_parties.ROUTES,
    *app_account.ROUTES,
]
