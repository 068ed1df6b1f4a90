"""Apache with mod_auth_openidc, as Debian has it, in front of one protected folder.

A process of its own in the foreground, with its own configuration in a temporary folder. Apache does
not serve as root, so that it runs as ``www-data`` where the tests run as root.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.patience import WITHIN, until

MODULES = Path("/usr/lib/apache2/modules")
APACHE = Path("/usr/sbin/apache2")
LOADED = (
    "mpm_event", "authz_core", "authn_core", "authz_user", "ssl", "socache_shmcb", "dir", "headers",
    "auth_openidc",
)  # fmt: skip
_CONFIGURATION = """
ServerName localhost
ServerRoot {folder}
PidFile {folder}/pid
Mutex file:{folder} default
ErrorLog {folder}/error.log
LogLevel warn auth_openidc:debug
Listen 127.0.0.1:{port}
DocumentRoot {folder}/pages
StartServers 1
SSLEngine on
SSLCertificateFile {folder}/chain.pem
SSLCertificateKeyFile {folder}/key.pem

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCRedirectURI https://localhost:{port}/protected/callback
OIDCCryptoPassphrase {passphrase}
OIDCCABundlePath {folder}/ca.pem
OIDCScope "openid profile email offline_access"
OIDCPKCEMethod S256
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCInfoHook access_token access_token_expires refresh_token id_token userinfo session
OIDCRefreshAccessTokenBeforeExpiry 0
OIDCDefaultLoggedOutURL https://localhost:{port}/bye.html

<Location /protected>
  AuthType openid-connect
  Require valid-user
  Header always set X-Subject "expr=%{{REMOTE_USER}}"
</Location>
"""


@contextlib.contextmanager
def serving(
    port: int, *, issuer: str, client_id: str, client_secret: str, ca: Path, chain: Path, key: Path
) -> Iterator[Path]:
    """Runs it; yields its folder."""
    folder = Path(tempfile.mkdtemp(prefix="ww-apache-"))
    (folder / "pages/protected").mkdir(parents=True)
    (folder / "pages/protected/index.html").write_text("the protected page")
    (folder / "pages/bye.html").write_text("bye")
    for name, path in (("ca.pem", ca), ("chain.pem", chain), ("key.pem", key)):
        shutil.copy(path, folder / name)
    modules = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in LOADED)
    values = {"folder": folder, "port": port, "issuer": issuer, "client_id": client_id,
              "client_secret": client_secret, "passphrase": os.urandom(16).hex()}  # fmt: skip
    (folder / "apache.conf").write_text(modules + _CONFIGURATION.format(**values))
    prefix: list[str] = []
    if os.geteuid() == 0:
        owner = pwd.getpwnam("www-data")
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, owner.pw_uid, owner.pw_gid)
        prefix = ["runuser", "-u", "www-data", "--"]
    command = [*prefix, str(APACHE), "-f", str(folder / "apache.conf"), "-DFOREGROUND"]
    with (folder / "out.log").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            until(lambda: _answers(port, process), (folder / "out.log").read_text)
            yield folder
        finally:
            process.terminate()
            process.wait(WITHIN)
            shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, "Apache did not start"
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
