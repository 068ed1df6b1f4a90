"""Schemathesis reads each document and tries to make the running cloud contradict it. [GTW-5]

No 500, no status, header or media type that is not documented, no body that its schema refuses;
examples, edge cases, random values, and sequences along the documents' links.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cloud import Cloud
from tests.journeys.test_notifications import Home
from tests.patience import WITHIN, until
from workswith.apis import documents
from workswith.contracts.document import Document
from workswith.contracts.renderings.known import known
from workswith.contracts.renderings.openapi import export

EXAMPLES = 25
"""Of each operation, besides those that the schema itself makes: as many on every machine."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
A_MIRROR = frozenset({"content_type_conformance", "response_schema_conformance"})
"""What cannot be asked of Echo: its answer is what came, of the caller's type, or nothing."""
DOCUMENTS = documents()


@pytest.fixture(scope="module")
def generous(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud whose quota is not spent by thousands of calls."""
    data = tmp_path_factory.mktemp("generous") / "data"
    with Cloud(data, WORKSWITH_CATALOG_STARTER_KIT_QUOTA="1000000") as running:
        yield running


def real_ids(cloud: Cloud, document: Document) -> dict[str, str]:
    """Of things that are there: unknown ids all end at the same 404."""
    values = known(cloud.every_plant).get(document.slug, {})
    if document.slug == "notifications-v1.0":
        values = notified(cloud, document)
    taken = {p.name for each in document.operations for p in each.parameters_in("path")}
    return {name: value for name, value in values.items() if name in taken}


def notified(cloud: Cloud, document: Document) -> dict[str, str]:
    """An endpoint of the sandbox's own receiver, and a delivery to it."""
    with cloud.http() as http:
        home = Home(cloud, http)
        home.subscribe(f"{cloud.document['inspector']}schemathesis")
        home.turn(22.5)
        ids = {}
        for name, lists in (("endpoint", "endpoints"), ("delivery", "deliveries")):
            url = f"{cloud.origin('api')}{document.base_path}/{lists}"

            def listed(url: str = url, lists: str = lists) -> Any:
                return http.get(url, headers=cloud.own_headers()).json()[lists]

            ids[name] = until(listed, name)[0]["id"]
        return ids


def headers_for(cloud: Cloud, document: Document) -> dict[str, str]:
    """Key and token; that of the application where its own programs call."""
    own = document.operations[0].called_by == "application"
    return cloud.own_headers() if own else cloud.api_headers()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_cloud_never_contradicts_its_document(
    generous: Cloud, name: str, tmp_path: Path
) -> None:
    document = DOCUMENTS[name]
    schema = tmp_path / "openapi.json"
    schema.write_text(
        json.dumps(export(document, generous.origin("api"), generous.origin("login")))
    )
    lines = ["[parameters]"]
    lines += [
        f'"path.{key}" = {json.dumps(value)}' for key, value in real_ids(generous, document).items()
    ]
    config = tmp_path / "schemathesis.toml"
    config.write_text("\n".join([*lines, "[phases.coverage]", "unexpected-methods = []", ""]))
    headers = [
        part
        for header, value in headers_for(generous, document).items()
        for part in ("--header", f"{header}: {value}")
    ]
    checks = [each for each in CHECKS if name != "echo" or each not in A_MIRROR]
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", str(schema),
        "--url", f"{generous.origin('api')}{document.base_path}", "--checks", ",".join(checks),
        "--max-examples", str(EXAMPLES), "--generation-deterministic", "--warnings", "off", "--no-color",
        "--suppress-health-check", "all", *headers,
    ]  # fmt: skip
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=tmp_path, timeout=6 * WITHIN
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
