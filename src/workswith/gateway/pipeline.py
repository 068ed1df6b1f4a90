"""The order of checks: the one table that protects every API. [GTW-1…4; smarther.md §9.2]

Each step adds to the `Call` or raises a `Problem`, and the first problem is the answer. A step that
has to wait returns what is to be awaited, the others return ``None``: a call whose key and token
are known and whose quota is leased passes without waiting for anything.

What counts against the quota: every call whose key and token are good, whatever its result, a
missing scope, a bad body or a failing device included; only what was told to slow down does not. A
call that was refused before that has no known user, so there is nobody to count it for.
"""

from collections.abc import Awaitable, Callable

from .call import Call, Parts
from .steps import (
    handle,
    identify_the_subscription,
    match_the_operation,
    read_and_validate,
    require_a_short_head,
    require_the_api_in_the_product,
    require_the_scope,
    slow_down,
    spend_quota,
    verify_the_token,
)

Step = Callable[[Call, Parts], Awaitable[None] | None]

LIMIT: tuple[Step, ...] = (require_a_short_head,)  # 400
"""Of every call, however well it is known."""

RECOGNISE: tuple[Step, ...] = (
    match_the_operation,  # 404
    identify_the_subscription,  # 401 missing, 401 invalid
    require_the_api_in_the_product,  # 401
    verify_the_token,  # 401 missing, invalid, expired, id_token
    require_the_scope,  # 403
)
"""Depends on method, address, key and token alone; see `recognising`."""

SERVE: tuple[Step, ...] = (
    slow_down,  # 429 with Retry-After, where the product has a limit per minute
    spend_quota,  # 403 (or 429) with Retry-After
    read_and_validate,  # 400, 406, 408, 430
    handle,  # whatever the operation documents
)

PIPELINE = (*LIMIT, *RECOGNISE, *SERVE)
