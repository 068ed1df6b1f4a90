"""What came of one attempt at a delivery: a status, or the class of failure without one."""

import msgspec

from workswith.kernel.words import N_

OUR_FAULT = "internal"
UNPROVEN = "unproven"
ERRORS = {
    "blocked": N_("The address may not be notified."),
    "dns": N_("The host name has no address."),
    "connect": N_("No connection to the endpoint."),
    "connect-timeout": N_("No connection within the time for connecting."),
    "proxy": N_("The forward proxy did not connect."),
    "tls": N_("The certificate is not trusted, or the TLS handshake failed."),
    "timeout": N_("No answer in time."),
    "reset": N_("The connection ended before an answer."),
    "garbled": N_("The answer is not HTTP."),
    UNPROVEN: N_("The answer does not name the validation code."),
    OUR_FAULT: N_("Our own fault; it does not count."),
}
"""The classes of failures without a status, with their sentence for pages."""


class Sent(msgspec.Struct, frozen=True, gc=False):
    """``error`` is empty or a key of `ERRORS`, times are real ms.

    ``connect_ms`` is 0 on a warm connection; ``answer`` is the beginning of the body, or why there
    is no connection.
    """

    status: int | None
    error: str = ""
    connect_ms: float = 0.0
    answer_ms: float = 0.0
    answer: bytes = b""
