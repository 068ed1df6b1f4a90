"""The composition root: from settings to one ASGI application and its background work.

Areas receive what they need as arguments and do not look for anything themselves; here, and only
here, everything is known to everything. `kernel` is what all stand on; `catalog`, `identity`,
`devices` and `webhooks` build one area each; `areas` joins them; `routing` says who owns which
path; `installation` opens what is on disk; `sandbox` makes a whole cloud of it.
"""

from .areas import Areas
from .installation import opened
from .kernel import Kernel
from .sandbox import Cloud, open_sandbox

__all__ = ["Areas", "Cloud", "Kernel", "open_sandbox", "opened"]
