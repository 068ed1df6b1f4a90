"""What an owner of a machine does so that programs find the sandbox and trust it. [SBX-4]

WorksWith never does any of this by itself. Each recipe says how it is undone.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MARK = "# workswith"
"""Ends each line that we ask for, so that it is found again."""
MACS_KEYCHAIN = "~/Library/Keychains/login.keychain-db"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Commands for one kind of place; ``undo`` takes them back."""

    place: str
    commands: tuple[str, ...]
    undo: tuple[str, ...] = ()


def host_lines(address: str, names: Sequence[str]) -> tuple[str, ...]:
    """Lines of a hosts file, one for each name."""
    return tuple(f"{address}\t{name}\t{MARK}" for name in names)


def for_names(address: str, port: int, names: Sequence[str]) -> tuple[Recipe, ...]:
    """How ``names`` come to mean ``address``, from the whole machine down to one program.

    Programs know port 443 only; whoever listens on another ``port`` forwards it.
    """
    lines = host_lines(address, names)
    each = " ".join(shlex.quote(line) for line in lines)
    remove = f"/{MARK.removeprefix('# ')}$/d"
    windows = r"$env:SystemRoot\System32\drivers\etc\hosts"
    return (
        Recipe(
            "Linux, the whole machine",
            (f"printf '%s\\n' {each} | sudo tee -a /etc/hosts",),
            (f"sudo sed -i '{remove}' /etc/hosts",),
        ),
        Recipe(
            "macOS, the whole machine",
            (
                *((f"sudo ifconfig lo0 alias {address} up",) if address != "127.0.0.1" else ()),
                f"printf '%s\\n' {each} | sudo tee -a /etc/hosts",
                "sudo dscacheutil -flushcache; sudo killall -HUP mDNSResponder",
            ),
            (f"sudo sed -i '' '{remove}' /etc/hosts",),
        ),
        Recipe(
            "Windows, the whole machine (PowerShell as administrator)",
            tuple(f"Add-Content {windows} '{line}'" for line in lines),
            (
                f"(Get-Content {windows}) -notmatch '{MARK}$' | Set-Content {windows}",
                "ipconfig /flushdns",
            ),
        ),
        Recipe(
            "One container",
            (
                "docker run "
                + " ".join(f"--add-host {name}:host-gateway" for name in names)
                + " IMAGE",
                "# first: workswith up --original-hosts --host 0.0.0.0",
            ),
        ),
        Recipe(
            "Containers of a compose file",
            ("extra_hosts:", *(f'  - "{name}:host-gateway"' for name in names)),
        ),
        Recipe(
            "One program on Linux, without root (Debian package libnss-wrapper)",
            (
                "workswith hosts --lines > hosts",
                "LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_HOSTS=$PWD/hosts PROGRAM",
            ),
        ),
        Recipe(
            "curl, one call",
            (f"curl --connect-to ::{address}:{port} https://{names[0]}/…",),
        ),
    )


def for_trust(authority: Path, bundle: Path, keystore: Path, password: str) -> tuple[Recipe, ...]:
    """How the sandbox's certificates come to be trusted, from one program up to the whole machine.

    ``bundle`` and ``keystore`` hold the authority beside the ones that this machine trusts already.
    """
    one, all_ = shlex.quote(str(authority)), shlex.quote(str(bundle))
    name = "workswith-sandbox"
    return (
        Recipe("curl", (f"export CURL_CA_BUNDLE={all_}",), ("unset CURL_CA_BUNDLE",)),
        Recipe(
            "Python (ssl, httpx, aiohttp, requests)",
            (f"export SSL_CERT_FILE={all_} REQUESTS_CA_BUNDLE={all_}",),
            ("unset SSL_CERT_FILE REQUESTS_CA_BUNDLE",),
        ),
        Recipe("Node", (f"export NODE_EXTRA_CA_CERTS={one}",), ("unset NODE_EXTRA_CA_CERTS",)),
        Recipe(
            "Java",
            (f"export JAVA_TOOL_OPTIONS='{java_options(keystore, password)}'",),
            ("unset JAVA_TOOL_OPTIONS",),
        ),
        Recipe(
            "A container (Debian)",
            (
                f"docker run -v {one}:/usr/local/share/ca-certificates/{name}.crt:ro …",
                "update-ca-certificates   # inside, before the program",
            ),
        ),
        Recipe(
            "Linux, the whole machine (Debian, Ubuntu)",
            (
                f"sudo cp {one} /usr/local/share/ca-certificates/{name}.crt",
                "sudo update-ca-certificates",
            ),
            (
                f"sudo rm /usr/local/share/ca-certificates/{name}.crt",
                "sudo update-ca-certificates --fresh",
            ),
        ),
        Recipe(
            "Linux, the whole machine (Fedora, Arch)",
            (f"sudo trust anchor {one}",),
            (f"sudo trust anchor --remove {one}",),
        ),
        Recipe(
            "macOS, this person",
            (f"security add-trusted-cert -r trustRoot -k {MACS_KEYCHAIN} {one}",),
            (f"security remove-trusted-cert {one}",),
        ),
        Recipe(
            "Windows, this person",
            (f'certutil -user -addstore Root "{authority}"',),
            ('certutil -user -delstore Root "WorksWith local sandbox authority"',),
        ),
        Recipe(
            "Firefox",
            ("Settings › Privacy & Security › Certificates › View › Authorities › Import:", one),
        ),
    )


def java_options(keystore: Path, password: str) -> str:
    """What a Java program is started with."""
    return f"-Djavax.net.ssl.trustStore={keystore} -Djavax.net.ssl.trustStorePassword={password}"
