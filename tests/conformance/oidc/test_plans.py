"""Every module of OpenID's plans against `workswith up --tls`: no failure, no warning."""

from collections.abc import Iterator

import pytest

from tests.cloud import Cloud
from tests.ports import held_port
from workswith.sandbox.authority import Authority

from .configuration import Configuration
from .plans import PLANS, run_module
from .registration import register


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Configuration]:
    folder = tmp_path_factory.mktemp("conformance") / "data"
    with Cloud(folder, "--tls") as cloud:
        port = held_port()
        ours = Authority(folder / "tls").issue("relying-party", "localhost", "127.0.0.1")
        document = register(
            folder,
            cloud.document,
            base=f"https://localhost:{port}/",
            backchannel={"port": port, "certificate": str(ours.chain), "key": str(ours.key)},
        )
        yield Configuration.of(document)


@pytest.mark.xdist_group("conformance")
@pytest.mark.parametrize(
    ("plan", "module"),
    [
        pytest.param(plan, module, id=module)
        for plan, modules in PLANS.items()
        for module in modules
    ],
)
def test_module(configuration: Configuration, plan: str, module: str) -> None:
    run = run_module(configuration, plan, module)
    bad = [f"{level}: {sentence}" for level, sentence in run.findings if level != "INFO"]
    assert not bad, "\n".join(bad)
    assert not run.skipped


def test_the_plans_are_complete() -> None:
    """35 modules for static clients, 1, 11 and 2, under their official names."""
    assert [len(modules) for modules in PLANS.values()] == [35, 1, 11, 2]
