"""API documents as run-time data: compiled, bound, validated, rendered. [GTW-5]

`load` reads a document, `binding.bind` joins it with its handlers, `renderings` print it.
"""

from .compiling import load
from .document import ContractError, Document, Operation

__all__ = ["ContractError", "Document", "Operation", "load"]
