"""Homes as things to have, to change and to keep. [DEV-4 END-1 SBX-3]"""

from .building import Home
from .estate import Homes
from .furnishing import furnish

__all__ = ["Home", "Homes", "furnish"]
