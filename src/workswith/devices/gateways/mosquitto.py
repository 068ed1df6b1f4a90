"""The configuration of Mosquitto that fits the protocol, as text. (``docs/gateways.md``)"""

import hashlib
import os
from base64 import b64encode
from dataclasses import dataclass

from .protocol import EVERYBODY, PREFIX

USER = "workswith"
"""As whom our processes go to the broker; no gateway has such an id."""
_ROUNDS = 10_000

CONFIGURATION = """\
# Mosquitto 2 for the gateways of a WorksWith cloud. See docs/gateways.md.
per_listener_settings true
persistence false
max_inflight_messages 500
max_queued_messages 10000
max_packet_size {packet_bytes}

# Gateways. The common name of the certificate is the user, the client id, and the topic.
listener {gateway_port}
cafile {authority}
crlfile {revoked}
certfile {certificate}
keyfile {key}
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {acl}

# The processes of the cloud. Keep this port inside.
listener {cloud_port}
certfile {certificate}
keyfile {key}
allow_anonymous false
password_file {passwords}
acl_file {acl}
"""
ACL = f"""\
# A gateway writes and reads below its own id, and nowhere else.
pattern write {PREFIX}/%u/up/#
pattern read {PREFIX}/%u/down/#
pattern read {EVERYBODY}/#

user {USER}
topic readwrite {PREFIX}/#
"""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the broker finds what; paths as it sees them."""

    authority: str
    revoked: str
    certificate: str
    key: str
    acl: str
    passwords: str


def configuration(files: Files, *, gateway_port: int, cloud_port: int, packet_bytes: int) -> str:
    """What stands in ``mosquitto.conf``."""
    return CONFIGURATION.format(
        authority=files.authority,
        revoked=files.revoked,
        certificate=files.certificate,
        key=files.key,
        acl=files.acl,
        passwords=files.passwords,
        gateway_port=gateway_port,
        cloud_port=cloud_port,
        packet_bytes=packet_bytes,
    )


def password_line(password: str) -> str:
    """A line of its password file: PBKDF2-HMAC-SHA-512, as ``mosquitto_passwd`` makes it."""
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"{USER}:$7${_ROUNDS}${b64encode(salt).decode()}${b64encode(digest).decode()}\n"
