"""What pages of homes call templates, devices to have, rooms, measures. In the reader's language."""

from workswith.devices.plants import AMBIENT_TYPES
from workswith.web.site.language import lazy

TEMPLATES = {
    "flat": (lazy("A flat"), lazy("One thermostat.")),
    "house": (lazy("A house"), lazy("Three thermostats on three floors.")),
    "two_homes": (lazy("Two homes"), lazy("The house and the flat.")),
    "eleven_thermostats": (lazy("A villa"), lazy("Eleven thermostats.")),
    "hotel": (lazy("A hotel"), lazy("Twenty thermostats.")),
    "one_of_each": (
        lazy("One of every device"),
        lazy("Lights, plugs, shutters, a heater, remotes, a meter, and scenes."),
    ),
    "one_of_each_api": (
        lazy("A home for every system"),
        lazy("Five homes, with sockets, emergency lights and a door unit among them."),
    ),
    "shared": (lazy("A family home"), lazy("Two thermostats; share it with somebody.")),
    "empty": (lazy("An empty home"), lazy("Put into it what you like.")),
}
"""By the name in `devices.templates.TEMPLATES`: what it is, and what stands in it."""
GOODS = {
    "thermostat": lazy("Thermostat"),
    "light": lazy("Lamp"),
    "dimmer": lazy("Dimmed light"),
    "fridge": lazy("Plug with a fridge"),
    "kettle": lazy("Plug with a kettle"),
    "washing_machine": lazy("Plug with a washing machine"),
    "television": lazy("Plug with a television"),
    "lamp": lazy("Plug with a lamp"),
    "shutter": lazy("Shutter"),
    "level_shutter": lazy("Shutter that stops anywhere"),
    "heater": lazy("Heater"),
    "remote": lazy("Remote control"),
    "double_remote": lazy("Remote control with two buttons"),
    "meter": lazy("Energy meter"),
    "socket": lazy("Wi-Fi socket"),
    "multisocket": lazy("Multiple socket"),
    "emergency_lights": lazy("Emergency lighting"),
    "emergency_remote": lazy("Remote control of emergency lighting"),
    "door_unit": lazy("Door entry"),
}
"""By the name in `devices.homes.goods.GOODS`."""
HOMES = {
    "House": lazy("House"),
    "Flat": lazy("Flat"),
    "Hotel": lazy("Hotel"),
    "School": lazy("School"),
    "Office": lazy("Workplace"),
}
"""By the type of a plant, of those that the templates have; others are shown as they are named."""
ROOMS = {
    "custom": lazy("Other"),
    "kitchen": lazy("Kitchen"),
    "livingroom": lazy("Living room"),
    "dining_room": lazy("Dining room"),
    "bedroom": lazy("Bedroom"),
    "bathroom": lazy("Bathroom"),
    "toilets": lazy("Toilet"),
    "lobby": lazy("Hall"),
    "corridor": lazy("Corridor"),
    "home_office": lazy("Study"),
    "garage": lazy("Garage"),
    "outdoor": lazy("Outside"),
    "electrical_cabinet": lazy("Electrical cabinet"),
}
"""By the type of an ambient."""
SCENES = {
    "home": lazy("I am home"),
    "away": lazy("I go out"),
    "day": lazy("Day"),
    "night": lazy("Night"),
}
"""By the machine's name of a scene that nobody named."""
DAYS = (
    lazy("Monday"),
    lazy("Tuesday"),
    lazy("Wednesday"),
    lazy("Thursday"),
    lazy("Friday"),
    lazy("Saturday"),
    lazy("Sunday"),
)
assert set(ROOMS) == set(AMBIENT_TYPES)  # noqa: S101 - told at the first start, not at the first room
