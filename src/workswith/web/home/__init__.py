"""The home owner's place: homes, rooms, thermostats, third-party access. [END]"""

from . import app_account, homes, thermostat, third_parties

ROUTES = [*homes.ROUTES, *thermostat.ROUTES, *third_parties.ROUTES, *app_account.ROUTES]
