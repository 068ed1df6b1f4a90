"""The plans by their official names, and how one module runs."""

from collections.abc import Callable, Iterator

import httpx2

from . import basic, discovery, logout
from .configuration import Configuration
from .run import Run, Skipped, Stopped

PLANS: dict[str, dict[str, Callable[[Run], None]]] = {
    "oidcc-basic-certification-test-plan": basic.MODULES,
    "oidcc-config-certification-test-plan": discovery.MODULES,
    "oidcc-rp-initiated-logout-certification-test-plan": logout.RP_INITIATED,
    "oidcc-backchannel-rp-initiated-logout-certification-test-plan": logout.BACKCHANNEL,
}


def run_module(configuration: Configuration, plan: str, name: str) -> Run:
    run = Run(configuration, name)
    try:
        PLANS[plan][name](run)
    except Stopped:
        pass
    except Skipped as reason:
        run.skipped = str(reason)
    except (httpx2.HTTPError, OSError, KeyError, ValueError, TypeError) as error:
        run.fail(f"nothing as unexpected as {type(error).__name__}: {error}")
    return run


def run_plans(
    configuration: Configuration, plan: str = "", module: str = ""
) -> Iterator[tuple[str, Run]]:
    """(plan, run) of every module whose plan contains ``plan`` and whose name is ``module``."""
    for each, modules in PLANS.items():
        if plan in each:
            for name in modules:
                if module in ("", name):
                    yield each, run_module(configuration, each, name)
