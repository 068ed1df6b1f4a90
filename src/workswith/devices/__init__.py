"""The device cloud: plants and their modules, the twin of each, the link to them, simulated homes.

`twin.report` is the only function that changes a device's state, and it appends the event in the
same transaction. A command of the API, a touch on the device and the physics take the same path.
"""
