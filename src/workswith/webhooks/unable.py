"""What keeps this installation from dialling: no endpoint is to blame, so none is counted. [C2C-6]

A forward proxy that is away, an address to send from that this machine does not have, no more file
handles: counted as failures of endpoints they would ban every one of them.
"""

import errno

_OURS = frozenset(
    (
        errno.EACCES,
        errno.EADDRNOTAVAIL,  # an address to send from that is not here, or no port free at it
        errno.EINVAL,  # an address to send from that cannot reach this network
        errno.EMFILE,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.EPERM,  # the machine's own firewall
    )
)


class Unable(OSError):
    """The text says why, for the developer and the operator."""


def ours(error: OSError) -> bool:
    """Whether what failed here had nothing to do with the other end."""
    return isinstance(error, Unable) or error.errno in _OURS
