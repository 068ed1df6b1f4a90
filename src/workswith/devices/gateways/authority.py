"""The authority that signs the certificates of gateways, and nothing else. [DEV-5]

A broker that trusts it needs to be told nothing when a gateway is added: the common name of the
certificate is the gateway's id, and by it the broker knows which topics are its own. The authority
lives in a folder of files, so that it may be kept where no server runs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from workswith.kernel import certificates
from workswith.kernel.certificates import PEM, SHA256
from workswith.kernel.problem import Kind, Problem

AUTHORITY_DAYS = 7_300
LIST_DAYS = 3_650
"""A list of revocations is replaced by the next one, not by its end."""


@dataclass(frozen=True, slots=True)
class Issued:
    """PEM texts; ``key`` is empty where the gateway made its own. ``serial`` is in hex."""

    certificate: str
    key: str
    serial: str
    expires_at: int


class GatewayAuthority:
    """``authority.pem``, ``authority.key`` and ``revoked.pem`` in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.certificate_file = folder / "authority.pem"
        self.list_file = folder / "revoked.pem"
        self._key_file = folder / "authority.key"

    def ensure(self) -> None:
        """Makes the authority unless it is there."""
        if self.certificate_file.exists() and self._key_file.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        key, name = certificates.new_key(), certificates.name("WorksWith gateways")
        begun = certificates.builder(name, name, key.public_key(), AUTHORITY_DAYS)
        built = certificates.as_authority(begun).sign(key, SHA256)
        certificates.write(self._key_file, certificates.pem(key), private=True)
        certificates.write(self.certificate_file, built.public_bytes(PEM))
        self.publish(())

    def issue(self, gateway_id: str, days: int, request: bytes = b"") -> Issued:
        """A client certificate; ``request`` (PKCS#10, PEM) brings the gateway's own key.

        Raises `Kind.INVALID` for a request that is none.
        """
        issuer, issuer_key = self._load()
        key = None if request else certificates.new_key()
        public = _requested(request) if key is None else key.public_key()
        begun = certificates.builder(certificates.name(gateway_id), issuer.subject, public, days)
        whole = certificates.as_end(begun, issuer_key, ExtendedKeyUsageOID.CLIENT_AUTH)
        built = whole.sign(issuer_key, SHA256)
        return Issued(
            built.public_bytes(PEM).decode(),
            certificates.pem(key).decode() if key else "",
            f"{built.serial_number:x}",
            int(built.not_valid_after_utc.timestamp() * 1000),
        )

    def publish(self, revoked: Iterable[tuple[str, int]]) -> None:
        """Writes the list of revoked certificates: serial in hex, instant in ms. [RFC 5280, 5]"""
        issuer, issuer_key = self._load()
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.subject)
            .last_update(now - certificates.BACKDATED)
            .next_update(now + timedelta(days=LIST_DAYS))
        )
        for serial, at in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(int(serial, 16))
                .revocation_date(datetime.fromtimestamp(at / 1000, UTC))
                .build()
            )
        signed = builder.sign(issuer_key, SHA256)
        certificates.write(self.list_file, signed.public_bytes(PEM))

    def _load(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        self.ensure()
        issuer = x509.load_pem_x509_certificate(self.certificate_file.read_bytes())
        return issuer, certificates.read_key(self._key_file)


def _requested(request: bytes) -> ec.EllipticCurvePublicKey:
    try:
        read = x509.load_pem_x509_csr(request)
        public = read.public_key()
        if read.is_signature_valid and isinstance(public, ec.EllipticCurvePublicKey):
            return public
    except ValueError:
        pass
    raise Problem(
        Kind.INVALID, "request_invalid", "That is no certificate request (PEM) with an EC key."
    )
