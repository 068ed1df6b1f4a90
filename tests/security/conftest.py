"""The stage of the security tests: opened once for a test, with everybody's things on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from . import stage
from .stage import Stage


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[Stage]:
    """Everybody, signed in, with all that they own."""
    async with stage.opened(tmp_path) as opened:
        yield opened


@pytest.fixture
async def bare(tmp_path: Path) -> AsyncIterator[Stage]:
    """Everybody, signed in, owning nothing."""
    async with stage.opened(tmp_path, furnished=False) as opened:
        yield opened
