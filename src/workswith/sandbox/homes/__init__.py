"""The control interface's homes: to have, to edit, to keep, to copy, whoever they belong to. [SBX-3]

Whoever holds the sandbox's token acts for the owner of each home; owners are named by their e-mail
address or by ``developer``, ``end_user`` and ``operator``.
"""

from .acts import Place
from .routes import routes

__all__ = ["Place", "routes"]
