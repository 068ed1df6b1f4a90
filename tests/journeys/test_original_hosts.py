"""Programs reach the sandbox under the original's host names, over TLS, without a patch. [SBX-4]"""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import original
from tests.cloud import Cloud
from tests.original import OriginalCloud
from tests.patience import WITHIN
from workswith.sandbox.authority import KEYSTORE_PASSWORD, Authority
from workswith.sandbox.original_hosts import CONSTRAINTS, NAMES

PLANTS = "https://api.developer.legrand.com/smarther/v2.0/plants"
PYTHON = """
import os, urllib.request
request = urllib.request.Request(%r, headers={
    "Ocp-Apim-Subscription-Key": os.environ["WORKSWITH_SUBSCRIPTION_KEY"],
    "Authorization": "Bearer " + os.environ["WORKSWITH_ACCESS_TOKEN"],
})
print(urllib.request.urlopen(request, timeout=90).read().decode())
"""
NODE = """
require("https").get(%r, {headers: {
  "Ocp-Apim-Subscription-Key": process.env.WORKSWITH_SUBSCRIPTION_KEY,
  Authorization: "Bearer " + process.env.WORKSWITH_ACCESS_TOKEN,
}}, answer => answer.pipe(process.stdout)).on("error", error => { throw error })
"""
CURL = """
curl -sSf -H "Ocp-Apim-Subscription-Key: $WORKSWITH_SUBSCRIPTION_KEY" \\
  -H "Authorization: Bearer $WORKSWITH_ACCESS_TOKEN" %s
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OriginalCloud]:
    with original.original_cloud(tmp_path_factory.mktemp("original") / "data") as cloud:
        yield cloud


@pytest.mark.parametrize(
    "program",
    [
        (sys.executable, "-c", PYTHON % PLANTS),
        ("node", "-e", NODE % PLANTS),
        ("sh", "-c", CURL % PLANTS),
    ],
    ids=["python", "node", "curl"],
)
def test_a_program_that_knows_only_the_originals_names(
    cloud: Cloud, program: tuple[str, ...]
) -> None:
    plants = json.loads(original.run(cloud, *program))["plants"]
    assert {plant["id"] for plant in plants} == {
        plant["id"] for plant in cloud.document["plants"] if plant["api"] == "smarther"
    }


def test_the_printed_variables_are_understood_by_a_shell(cloud: Cloud) -> None:
    script = f'eval "$({sys.executable} -m workswith env --data {cloud.data})" && env -0'
    done = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True)
    known = dict(line.partition("=")[::2] for line in done.stdout.split("\0") if line)
    for name, value in json.loads(original.printed(cloud, "env", "--format", "json")).items():
        assert known[name] == value


def test_its_token_stays_on_this_machine(cloud: Cloud) -> None:
    """Commands of ours never speak to the original's names: those may lead to the real servers."""
    assert cloud.document["sandbox"]["url"].startswith("https://127.")
    assert "frozen" in original.printed(cloud, "clock", "show", "--json")


def test_commands_find_it_without_those_names(cloud: OriginalCloud) -> None:
    plants = json.loads(original.printed(cloud, "call", "GET", "/smarther/v2.0/plants"))["plants"]
    assert len(plants) == 2
    assert "--connect-to ::127." in original.printed(cloud, "hosts")


def test_its_own_address_needs_no_port(cloud: OriginalCloud) -> None:
    """Browsers and most libraries leave out the scheme's own port, and say the same origin."""
    address = urlsplit(cloud.document["sandbox"]["url"]).hostname
    bearer = {"Authorization": f"Bearer {cloud.document['sandbox']['token']}"}
    with cloud.http(headers=bearer) as http:
        clock = f"https://{address}/sandbox/clock"
        for port in ("", ":443"):
            named = {"Host": f"{address}{port}", "Origin": f"https://{address}{port}"}
            assert http.get(clock, headers=named).status_code == 200
        for wrong in (f"{address}:444", "evil.example", f"{address}.evil.example"):
            assert http.get(clock, headers={"Host": wrong}).status_code == 421
            assert http.get(clock, headers={"Origin": f"https://{wrong}"}).status_code == 403


def test_it_delivers_to_the_listener_of_the_same_folder(cloud: OriginalCloud) -> None:
    """Whose certificate comes from the authority that this sandbox trusts."""
    command = [sys.executable, "-m", "workswith", "webhooks", "listen", "--plant", "Casa al Lago",
               "--data", str(cloud.data)]  # fmt: skip
    with subprocess.Popen(
        [*command, "--json"], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as listening:
        assert listening.stdout is not None
        assert listening.stderr is not None
        try:
            assert "Listening to Casa al Lago" in listening.stderr.readline()
            touched = cloud.thermostat()[1]
            original.printed(cloud, "device", "touch", touched, "--set-point", "22.5")
            assert "22.5" in listening.stdout.readline()
        finally:
            listening.terminate()


def test_where_the_port_needs_a_permission_it_says_how_to_give_it(tmp_path: Path) -> None:
    if Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text().strip() != "1024":
        pytest.skip("this machine gives low ports to everybody")
    without = ("setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service")
    done = subprocess.run(
        [*(without if os.geteuid() == 0 else ()), sys.executable, "-m", "workswith", "up",
         "--original-hosts", "--data", str(tmp_path / "data")],
        check=False, capture_output=True, text=True, timeout=WITHIN,
    )  # fmt: skip
    assert done.returncode == 1
    assert "net.ipv4.ip_unprivileged_port_start=443" in done.stderr
    assert "--port" in done.stderr


def test_the_authority_may_vouch_for_nothing_else(tmp_path: Path) -> None:
    """Whoever trusts it has not handed the web to whoever finds its key. (RFC 5280, 4.2.1.10)"""
    authority = Authority(tmp_path, CONSTRAINTS)
    for name in (*NAMES, "localhost", "bank.example", "www.legrand.com"):
        chain = authority.issue("one", name).chain
        verified = subprocess.run(
            ["openssl", "verify", "-CAfile", str(authority.certificate_file), str(chain)],
            check=False,
            capture_output=True,
        )
        permitted = name == "localhost" or name in NAMES
        assert (verified.returncode == 0) is permitted, name


def test_those_who_trust_this_machines_names_have_not_trusted_the_originals(cloud: Cloud) -> None:
    """Two authorities in one data folder, never one for both."""
    assert "original-hosts" in cloud.document["ca_file"]
    assert not (cloud.data / "tls" / "authority.pem").exists()


def test_what_java_is_given_opens(tmp_path: Path) -> None:
    """By OpenSSL, which reads PKCS #12 as Java does."""
    authority = Authority(tmp_path)
    opened = subprocess.run(
        ["openssl", "pkcs12", "-in", str(authority.keystore()), "-nokeys",
         "-passin", f"pass:{KEYSTORE_PASSWORD}"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert opened.stdout.count("BEGIN CERTIFICATE") > 1
    context = ssl.create_default_context(cafile=str(authority.bundle()))
    assert len(context.get_ca_certs()) > 1


def test_a_variable_that_is_no_setting_does_not_stop_a_start(tmp_path: Path) -> None:
    """What `env` prints may stand in the shell that starts the next sandbox."""
    with Cloud(tmp_path / "data", WORKSWITH_URL="x", WORKSWITH_DATA=os.devnull):
        pass
