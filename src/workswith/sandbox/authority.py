"""A certificate authority of this sandbox alone. [SBX-4]

It is made on first use, kept in the data folder, may vouch only for names of this machine (RFC 5280
section 4.2.1.10), and is never installed anywhere by itself.
"""

import ipaddress
import os
import ssl
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 397  # what browsers accept at most
KEYSTORE_PASSWORD = "changeit"  # noqa: S105  what Java's own has; it holds nothing secret
_BACKDATED = timedelta(hours=1)
_ADDRESSES = ("127.0.0.0/8", "::1/128")
_NAMES = ("localhost",)  # a constraint covers all names below it


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM files that a TLS server loads."""

    chain: Path
    key: Path


class Authority:
    """``authority.pem`` and ``authority.key`` in one folder.

    It may vouch for this machine, and for ``names`` with all names below them.
    """

    def __init__(self, folder: Path, names: tuple[str, ...] = ()) -> None:
        self._folder = folder
        self._names = (*_NAMES, *names)
        self.certificate_file = folder / "authority.pem"
        self._key_file = folder / "authority.key"

    def ensure(self) -> None:
        """Makes the authority unless it is there."""
        if self.certificate_file.exists() and self._key_file.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("WorksWith local sandbox authority")
        built = (
            _builder(name, name, key.public_key(), AUTHORITY_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(
                x509.NameConstraints(
                    permitted_subtrees=[
                        *(x509.DNSName(name) for name in self._names),
                        *(x509.IPAddress(ipaddress.ip_network(a)) for a in _ADDRESSES),
                    ],
                    excluded_subtrees=None,
                ),
                critical=True,
            )
            .sign(key, hashes.SHA256())
        )
        _write_private(self._key_file, _pem(key))
        self.certificate_file.write_bytes(built.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, *hosts: str) -> Certificate:
        """A fresh server certificate for ``hosts`` (names or addresses), as ``{name}.pem``."""
        self.ensure()
        issuer = self._own()
        issuer_key = serialization.load_pem_private_key(self._key_file.read_bytes(), None)
        if not isinstance(issuer_key, ec.EllipticCurvePrivateKey):
            raise TypeError("the authority's key is not one that this program made")
        key = ec.generate_private_key(ec.SECP256R1())
        built = (
            _builder(_name(hosts[0]), issuer.subject, key.public_key(), CERTIFICATE_DAYS)
            .add_extension(x509.SubjectAlternativeName([_general(h) for h in hosts]), False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
                critical=False,
            )
            .sign(issuer_key, hashes.SHA256())
        )
        certificate = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        _write_private(certificate.key, _pem(key))
        certificate.chain.write_bytes(built.public_bytes(serialization.Encoding.PEM))
        return certificate

    def bundle(self) -> Path:
        """PEMs of this authority and of all that this machine trusts, for programs that take one
        file only. Made anew at each call, since the machine's change.
        """
        self.ensure()
        path = self._folder / "bundle.pem"
        others = map(ssl.DER_cert_to_PEM_cert, _trusted_here())
        path.write_text(self.certificate_file.read_text("ascii") + "".join(others), "ascii")
        return path

    def keystore(self) -> Path:
        """The same for Java: PKCS #12, with `KEYSTORE_PASSWORD`."""
        self.ensure()
        path = self._folder / "truststore.p12"
        path.write_bytes(
            pkcs12.serialize_java_truststore(
                [
                    pkcs12.PKCS12Certificate(one, f"authority-{at}".encode())
                    for at, one in enumerate([self._own(), *_readable(_trusted_here())])
                ],
                serialization.BestAvailableEncryption(KEYSTORE_PASSWORD.encode()),
            )
        )
        return path

    def _own(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate_file.read_bytes())

    def context(self, name: str, *hosts: str) -> ssl.SSLContext:
        """For a server: a fresh certificate as `issue` makes them."""
        certificate = self.issue(name, *hosts)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.chain, certificate.key)
        return context


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    # Certificates live in the machine's time, not the sandbox's: TLS peers know no test clock.
    now = datetime.now(UTC)
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


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _trusted_here() -> list[bytes]:
    """What this machine trusts, as DER."""
    return ssl.create_default_context().get_ca_certs(binary_form=True)


def _readable(certificates: list[bytes]) -> Iterator[x509.Certificate]:
    """Those that keep to RFC 5280; some old roots have serial numbers that it forbids."""
    for der in certificates:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                certificate = x509.load_der_x509_certificate(der)
            except (ValueError, Warning):
                continue
        yield certificate


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
