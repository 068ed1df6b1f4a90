"""A whole cloud inside a test. [SBX-6]

    import workswith.testing

    with workswith.testing.cloud() as cloud:
        cloud.call("GET", "/smarther/v2.0/plants")
        cloud.clock.advance("1d")

It runs in a thread of this process, on a free port of 127.0.0.1, on a clock that stands still, with
everything in a folder that goes away at the end. ``async with`` gives the same with coroutines. The
pytest plugin of the same distribution has it as the fixtures ``workswith`` and ``workswith_cloud``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .aio import AsyncCloud
    from .launch import Launch
    from .sync import Cloud
    from .values import Answer, Application, Home, Notification, Refused, Tokens, User

__all__ = [
    "Answer",
    "Application",
    "AsyncCloud",
    "Cloud",
    "Home",
    "Notification",
    "Refused",
    "Tokens",
    "User",
    "cloud",
]

_HOMES = {"AsyncCloud": "aio", "Cloud": "sync"}


def cloud(
    *,
    now: str | datetime | None = None,
    seed: int = 1,
    settings: Mapping[str, Any] | None = None,
    port: int = 0,
    tls: bool = False,
    homes: Sequence[str] | None = None,
) -> "Launch":
    """A cloud to be entered by ``with`` or ``async with``.

    ``now`` is where its clock stands; default: `launch.START`, which starts fastest. ``seed``
    decides every id and secret. ``settings`` are those of ``workswith settings``, nested:
    ``{"catalog": {"starter_kit_quota": 20}}``. ``port`` 0 is any free one. ``tls`` serves https, with
    a certificate of ``cloud.ca_file``. ``homes`` are the templates that the home owner lives in:
    fewer devices make long times pass faster; default: a house, a flat, and a home for each further
    API. Raises ``ValueError`` for settings that there are not.
    """
    # The cloud is imported when one is wanted: the plugin stands in every test run of its users.
    from .launch import Launch  # noqa: PLC0415

    return Launch(now=now, seed=seed, settings=settings or {}, port=port, tls=tls, homes=homes)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'values')}"), name)
