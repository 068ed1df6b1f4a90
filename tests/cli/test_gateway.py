"""``workswith gateway`` on an installation that is not running, and what the doctor says."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.cloud import Cloud
from tests.ports import held_port
from workswith.cli import commands


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    made = Cloud(tmp_path_factory.mktemp("gateways") / "data")
    with made:
        pass
    return made


def run(cloud: Cloud, *words: str) -> Result:
    return CliRunner().invoke(commands, [*words, "--data", str(cloud.data)])


def printed(cloud: Cloud, *words: str) -> str:
    result = run(cloud, "gateway", *words, "--json")
    assert result.exit_code == 0, result.output
    return result.output


def done(cloud: Cloud, *words: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(printed(cloud, *words))
    return found


def listed(cloud: Cloud) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = json.loads(printed(cloud, "list"))
    return found


def certificate(credentials: dict[str, str]) -> x509.Certificate:
    return x509.load_pem_x509_certificate(credentials["certificate"].encode())


def test_a_gateway_s_life(cloud: Cloud, tmp_path: Path) -> None:
    plant = cloud.thermostat(1)[0]
    out = tmp_path / "credentials.json"
    first = done(cloud, "add", "--plant", plant, "--name", "Nonna", "--out", str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    assert json.loads(out.read_text()) == first
    subject = certificate(first).subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert subject == first["gateway"]
    (active,) = listed(cloud)
    assert (active["name"], active["state"]) == ("Nonna", "active")
    assert (active["reach"], active["heard"]) == ("offline", None)
    second = done(cloud, "renew", first["gateway"])
    assert second["secret"] != first["secret"]
    revoked = done(cloud, "revoke", first["gateway"])["revocations"]
    ended = x509.load_pem_x509_crl(Path(revoked).read_bytes())
    for each in (first, second):
        assert ended.get_revoked_certificate_by_serial_number(certificate(each).serial_number)
    (revoked_one,) = listed(cloud)
    assert revoked_one["state"] == "revoked"


def test_a_gateway_keeps_its_own_key(cloud: Cloud, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "whatever it says")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    path = tmp_path / "request.pem"
    path.write_bytes(request.public_bytes(serialization.Encoding.PEM))
    plant = cloud.thermostat(1)[0]
    made = done(cloud, "add", "--plant", plant, "--request", str(path))
    assert made["key"] == ""
    assert certificate(made).public_key() == key.public_key()
    assert made["gateway"] in certificate(made).subject.rfc4514_string()


def test_what_is_not_there_is_named(cloud: Cloud, tmp_path: Path) -> None:
    for words in (
        ("add", "--plant", "nowhere"),
        ("renew", "nobody"),
        ("revoke", "nobody"),
    ):
        result = run(cloud, "gateway", *words)
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
    junk = tmp_path / "junk.pem"
    junk.write_text("junk")
    result = run(cloud, "gateway", "add", "--plant", cloud.thermostat(1)[0], "--request", str(junk))
    assert "certificate request" in result.output


def test_the_doctor_looks_at_the_broker_where_one_is_set(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    sections = {one["section"] for one in json.loads(run(cloud, "doctor", "--json").output)}
    assert "MQTT 5" not in sections
    monkeypatch.setenv("WORKSWITH_MQTT_URL", f"mqtts://a:b@localhost:{held_port()}")
    result = run(cloud, "doctor", "--json")
    assert result.exit_code == 1
    bad = [one for one in json.loads(result.output) if one["state"] == "failure"]
    assert [(one["section"], one["item"]) for one in bad] == [("MQTT 5", "connection")]
