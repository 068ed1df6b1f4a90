"""What a new sandbox hands out."""

import random

from workswith.identity.passwords import is_common
from workswith.sandbox.seed import memorable


def test_no_key_makes_a_password_that_the_login_service_refuses() -> None:
    """A start would fail: of passwords with digits, one in seven hundred holds a common word."""
    keys = random.Random(1)
    assert not any(is_common(memorable(keys.randbytes(16).hex())) for _ in range(3_000))
