"""What can be set about the gateway."""

from typing import Annotated, Literal

from msgspec import Meta

from workswith.kernel.settings import Section


class Settings(Section, frozen=True):
    """Section ``gateway``."""

    quota_status: Annotated[
        Literal[403, 429],
        Meta(
            description="Status of a call beyond the quota: 403 as documented, or 429 as some "
            "users of the original have seen since 2025."
        ),
    ] = 403
    token_error_shape: Annotated[
        Literal[1, 2],
        Meta(
            description="Body of a refused token: 1 is statusCode and message, "
            "2 is message and code (10: no usable token, 11: expired)."
        ),
    ] = 1
    body_limit: Annotated[
        int, Meta(ge=1024, le=16_777_216, description="Largest body of a call, in bytes.")
    ] = 65_536
    body_seconds: Annotated[
        float, Meta(gt=0, description="How long a caller may take to send a body, in seconds.")
    ] = 10.0
    address_limit: Annotated[
        int, Meta(ge=256, description="Longest path with its query, in bytes.")
    ] = 8_192
    header_limit: Annotated[
        int, Meta(ge=16, description="How many header lines a call may have.")
    ] = 100
    access_log: Annotated[
        bool, Meta(description="Whether each call is a line in the log, with its latency by parts.")
    ] = False
    rate_limit_headers: Annotated[
        bool,
        Meta(description="Whether answers tell what is left of the quota in RateLimit headers."),
    ] = False
    error_hints: Annotated[
        bool,
        Meta(
            description="Whether errors tell the way out in an X-Error-Hint header; "
            "bodies stay as they are. Meant for sandboxes."
        ),
    ] = False
