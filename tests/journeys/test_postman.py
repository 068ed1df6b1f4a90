"""The Postman tutorial, run by Postman's own runner on the collection that the program exports.

Authorize, token, refresh, then every operation of every API. [PRT-3]
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.cloud import Cloud
from tests.journeys.test_notifications import Home
from tests.patience import WITHIN
from tests.person import consent_as_home_owner
from workswith.apis import documents

NEWMAN = Path(__file__).parents[2] / ".tools/node_modules/.bin/newman"


def export(cloud: Cloud) -> bytes:
    return subprocess.run(
        [sys.executable, "-m", "workswith", "postman", "--data", str(cloud.data)],
        check=True,
        capture_output=True,
    ).stdout


def run(cloud: Cloud, folder: Path, code: str) -> dict[str, Any]:
    collection, report = folder / "collection.json", folder / "report.json"
    collection.write_bytes(export(cloud))
    command = [
        str(NEWMAN), "run", str(collection), "--env-var", f"code={code}", "--ignore-redirects",
        "--reporters", "json", "--reporter-json-export", str(report),
    ]  # fmt: skip
    environ = dict(os.environ)
    if ca := cloud.document.get("ca_file"):
        environ["NODE_EXTRA_CA_CERTS"] = ca
    done = subprocess.run(
        command, check=False, capture_output=True, env=environ, text=True, timeout=WITHIN
    )
    assert report.exists(), done.stdout + done.stderr
    result: dict[str, Any] = json.loads(report.read_text())["run"]
    failures = json.loads(report.read_text())["run"]["failures"]
    assert done.returncode == 0, json.dumps(failures, indent=1)[:4000]
    return result


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_the_exported_collection_passes_in_newman(
    tls: bool, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    cloud: Cloud = request.getfixturevalue("tls_cloud" if tls else "cloud")
    application = cloud.document["application"]
    redirect_uri = application["redirect_uris"][0]
    query = urlencode(
        {
            "client_id": application["client_id"],
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "state": "1",
        }
    )
    landed = consent_as_home_owner(
        cloud, f"{cloud.origin('login')}/authorize?{query}", redirect_uri
    )
    with cloud.http() as http:
        home = Home(cloud, http)
        home.subscribe(f"{cloud.document['inspector']}postman")
        home.turn(22.5)  # Notifications' requests need an endpoint, and an event to send to it
    result = run(cloud, tmp_path, parse_qs(urlsplit(landed).query)["code"][0])
    operations = sum(len(document.operations) for document in documents().values())
    assert result["stats"]["requests"]["total"] == operations + 3
    assert result["stats"]["assertions"]["failed"] == 0
    assert result["stats"]["assertions"]["total"] >= operations + 3
