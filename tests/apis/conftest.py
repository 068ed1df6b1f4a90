"""The furnished home of the device tests, for the APIs that show it."""

from tests.devices.conftest import house

__all__ = ["house"]
