"""The composition root: from settings to one ASGI application and its background work.

Areas receive what they need as arguments and do not look for anything themselves; here, and only
here, everything is known to everything. `areas` wires, `routing` says who owns which path,
`installation` opens what is on disk, `sandbox` makes a whole cloud of it.
"""

from .areas import Areas
from .installation import opened
from .sandbox import Cloud, open_sandbox

__all__ = ["Areas", "Cloud", "open_sandbox", "opened"]
