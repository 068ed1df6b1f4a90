"""Fixtures of a whole cloud, for pytest. [SBX-6]

The plugin stands in every test run of whoever has this distribution installed: it imports nothing of
the cloud before a test asks for it.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from workswith.testing.sync import Clock, Cloud, Webhooks
    from workswith.testing.values import Home


@pytest.fixture(scope="session")
def workswith_options() -> Mapping[str, Any]:
    """What `workswith.testing.cloud` is called with; a conftest says otherwise."""
    return {}


@pytest.fixture(scope="session")
def workswith_cloud(workswith_options: Mapping[str, Any]) -> "Iterator[Cloud]":
    """One cloud for all tests of this process, in the state that they leave it in."""
    import workswith.testing  # noqa: PLC0415

    with workswith.testing.cloud(**workswith_options) as cloud:
        yield cloud


@pytest.fixture
def workswith(workswith_cloud: "Cloud") -> "Cloud":
    """The cloud as after its start: users, homes, ids and the clock, whatever tests did to it."""
    if workswith_cloud.touched:
        workswith_cloud.reset()
        for state in workswith_cloud.states():
            if state.name != "seeded":
                workswith_cloud.control("DELETE", f"/snapshots/{state.name}")
    workswith_cloud.touched = True
    return workswith_cloud


@pytest.fixture
def workswith_clock(workswith: "Cloud") -> "Clock":
    """The clock of the cloud, which stands still until it is moved."""
    return workswith.clock


@pytest.fixture
def workswith_webhooks(workswith: "Cloud") -> "Webhooks":
    """The cloud's own receiver, subscribed to the first home's notifications."""
    workswith.webhooks.subscribe()
    return workswith.webhooks


@pytest.fixture
def workswith_home(workswith: "Cloud") -> "Home":
    """A flat of its own with one thermostat, besides the seeded homes; more: ``workswith.home()``."""
    return workswith.home("flat")
