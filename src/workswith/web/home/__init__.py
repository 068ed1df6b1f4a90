"""The home owner's place: homes, rooms, thermostats, third-party access. [END]"""
