"""Building physics: heat networks, the 5R1C zone, sun, sky, glass, moist air, typical years.

Pure and by itself: nothing here knows devices. `docs/physics.md` says what it is checked against.
Temperatures are °C, powers W, capacities J/K, conductances W/K, angles degrees (azimuths
clockwise from north, tilts from the horizontal), irradiances W/m², moisture kg of water per kg of
dry air.
"""
