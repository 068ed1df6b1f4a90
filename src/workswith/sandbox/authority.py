"""A certificate authority of this sandbox alone. [SBX-4]

It is made on first use, kept in the data folder, may vouch only for names of this machine (RFC 5280
section 4.2.1.10), and is never installed anywhere by itself.
"""

import ipaddress
import ssl
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from workswith.kernel import certificates
from workswith.kernel.certificates import PEM, SHA256

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 397  # what browsers accept at most
KEYSTORE_PASSWORD = "changeit"  # noqa: S105  what Java's own has; it holds nothing secret
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
        key, name = certificates.new_key(), certificates.name("WorksWith local sandbox authority")
        begun = certificates.builder(name, name, key.public_key(), AUTHORITY_DAYS)
        built = (
            certificates.as_authority(begun)
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
            .sign(key, SHA256)
        )
        certificates.write(self._key_file, certificates.pem(key), private=True)
        certificates.write(self.certificate_file, built.public_bytes(PEM))

    def issue(self, name: str, *hosts: str) -> Certificate:
        """A fresh server certificate for ``hosts`` (names or addresses), as ``{name}.pem``."""
        self.ensure()
        issuer, issuer_key = self._own(), certificates.read_key(self._key_file)
        key, names = certificates.new_key(), x509.SubjectAlternativeName(map(_general, hosts))
        begun = certificates.builder(
            certificates.name(hosts[0]), issuer.subject, key.public_key(), CERTIFICATE_DAYS
        ).add_extension(names, critical=False)
        whole = certificates.as_end(begun, issuer_key, ExtendedKeyUsageOID.SERVER_AUTH)
        built = whole.sign(issuer_key, SHA256)
        certificate = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        certificates.write(certificate.key, certificates.pem(key), private=True)
        certificates.write(certificate.chain, built.public_bytes(PEM))
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


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


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
