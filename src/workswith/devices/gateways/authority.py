"""The authority that signs the certificates of gateways, and nothing else. [DEV-5]

A broker that trusts it needs to be told nothing when a gateway is added: the common name of the
certificate is the gateway's id, and by it the broker knows which topics are its own. The authority
lives in a folder of files, so that it may be kept where no server runs.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from workswith.kernel.problem import Kind, Problem

AUTHORITY_DAYS = 7_300
LIST_DAYS = 3_650
"""A list of revocations is replaced by the next one, not by its end."""
_BACKDATED = timedelta(hours=1)


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
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("WorksWith gateways")
        built = (
            _builder(name, name, key.public_key(), AUTHORITY_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        _write(self._key_file, _pem(key), 0o600)
        _write(self.certificate_file, built.public_bytes(serialization.Encoding.PEM), 0o644)
        self.publish(())

    def issue(self, gateway_id: str, days: int, request: bytes = b"") -> Issued:
        """A client certificate; ``request`` (PKCS#10, PEM) brings the gateway's own key.

        Raises `Kind.INVALID` for a request that is none.
        """
        issuer, issuer_key = self._load()
        key = None if request else ec.generate_private_key(ec.SECP256R1())
        public = _requested(request) if key is None else key.public_key()
        built = (
            _builder(_name(gateway_id), issuer.subject, public, days)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
                critical=False,
            )
            .sign(issuer_key, hashes.SHA256())
        )
        return Issued(
            built.public_bytes(serialization.Encoding.PEM).decode(),
            _pem(key).decode() if key else "",
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
            .last_update(now - _BACKDATED)
            .next_update(now + timedelta(days=LIST_DAYS))
        )
        for serial, at in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(int(serial, 16))
                .revocation_date(datetime.fromtimestamp(at / 1000, UTC))
                .build()
            )
        signed = builder.sign(issuer_key, hashes.SHA256())
        _write(self.list_file, signed.public_bytes(serialization.Encoding.PEM), 0o644)

    def _load(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        self.ensure()
        key = serialization.load_pem_private_key(self._key_file.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the authority's key is not one that this program made")
        return x509.load_pem_x509_certificate(self.certificate_file.read_bytes()), key


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


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)  # TLS peers know no test clock
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    """In one step, so that a broker never reads half of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
    fresh.replace(path)
