"""The guide for operators, followed to the letter: nginx, TLS, PostgreSQL, SMTP, a backup. [H OPR]

Only what a machine of one's own has otherwise is exchanged: folders, ports, the name of the host.
"""

import asyncio
import os
import re
import shlex
import signal
import ssl
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests import postgres
from tests.operating.guide import exchange, guide
from tests.patience import WITHIN, until
from tests.person import Person
from tests.ports import held_port
from tests.smtp_server import Mailbox, mailbox
from workswith.sandbox.authority import Authority

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
GUIDE = guide()
TOML = "/etc/workswith/workswith.toml"
UNIT = "/etc/systemd/system/workswith.service"
NGINX = "/etc/nginx/conf.d/workswith.conf"
RULES = "/etc/prometheus/rules/workswith.yml"
KEYS = f"workswith keys list --json --config {TOML}"
PASSWORD = "seven lamps over the bridge"


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """In a thread of its own, as it is a machine of its own."""
    box: list[Mailbox] = []
    loop = asyncio.new_event_loop()
    end, begun = asyncio.Event(), threading.Event()

    async def live() -> None:
        async with mailbox() as opened:
            box.append(opened)
            begun.set()
            await end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(live(),))
    thread.start()
    begun.wait(WITHIN)
    try:
        yield box[0]
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(WITHIN)
        loop.close()


class Machine:
    """One that was set up by the guide."""

    def __init__(self, folder: Path, server: postgres.Server, mail_port: int) -> None:
        self.folder = folder
        self.server = server
        self.port, inner = held_port(), held_port()
        self.origin = f"https://localhost:{self.port}"
        self.data = folder / "data"
        self._settings = folder / "workswith.toml"
        self._settings.write_text(
            exchange(
                GUIDE.files[TOML],
                ("/var/lib/workswith", str(self.data)),
                ("https://developer.example", self.origin),
                ("@localhost/workswith", f"@/workswith?host={server.folder}"),
                ("smtp+starttls://workswith:secret@mail.example:587", f"smtp://127.0.0.1:{mail_port}"),
            )
        )  # fmt: skip
        self.metrics_token = tomllib.loads(self._settings.read_text())["web"]["metrics_token"]
        self._environ = os.environ | {
            "PATH": f"{postgres.binaries()}:{os.environ['PATH']}",
            "PGHOST": str(server.folder),
            "PGUSER": server.owner,
            "WORKSWITH_SERVICE_PORT": str(inner),
            "WORKSWITH_SERVICE_PROCESSES": "2",
        }
        authority = Authority(folder / "authority")
        authority.ensure()
        shown = authority.issue("developer.example", "localhost")
        self.tls = ssl.create_default_context(cafile=str(authority.certificate_file))
        self._nginx = folder / "nginx.conf"
        conf = exchange(
            GUIDE.files[NGINX],
            ("127.0.0.1:8400", f"127.0.0.1:{inner}"),
            ("listen 443", f"listen 127.0.0.1:{self.port}"),
            ("server_name developer.example", "server_name localhost"),
            ("/etc/ssl/developer.example.pem", str(shown.chain)),
            ("/etc/ssl/developer.example.key", str(shown.key)),
        )
        user = "user root;" if os.geteuid() == 0 else ""
        places = "".join(
            f"{kind}_temp_path {folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        self._nginx.write_text(
            f"{user} daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
            f"events {{}}\nhttp {{ access_log off; {places}\n{conf}}}\n"
        )

    def run(self, line: str, typed: str = "") -> str:
        """A command of the guide, in the folder of this machine."""
        line = line.replace(TOML, str(self._settings)).replace("/var/lib/workswith", str(self.data))
        words = shlex.split(line)
        if Path(words[0]).name == "workswith":
            words[:1] = [sys.executable, "-m", "workswith"]
        done = subprocess.run(
            words, env=self._environ, cwd=self.folder, check=False, capture_output=True, text=True,
            timeout=120, input=typed,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[None]:
        """As its unit starts and stops it; nginx stays in front."""
        (line,) = re.findall(r"^ExecStart=(.*)$", GUIDE.files[UNIT], re.MULTILINE)
        words = shlex.split(line.replace(TOML, str(self._settings)))
        words[:1] = [sys.executable, "-m", "workswith"]
        log = (self.folder / "serve.log").open("ab")
        with log, subprocess.Popen(words, env=self._environ, stderr=log) as process:
            try:
                until(lambda: self.status("/readyz") == 200, self.log, within=120)
                yield
            finally:
                process.send_signal(signal.SIGTERM)
                ended = process.wait(WITHIN)
        assert ended == 0, self.log()

    @contextmanager
    def proxy(self) -> Iterator[None]:
        with subprocess.Popen(["/usr/sbin/nginx", "-c", str(self._nginx)]) as process:
            try:
                until(lambda: self.status("/readyz"), "nginx")
                yield
            finally:
                process.terminate()

    def status(self, path: str) -> int:
        """0 where nobody answers."""
        try:
            return httpx2.get(self.origin + path, verify=self.tls, timeout=WITHIN).status_code
        except httpx2.TransportError:
            return 0

    def log(self) -> str:
        path = self.folder / "serve.log"
        return path.read_text()[-4_000:] if path.exists() else ""

    def sign_in(self, email: str, password: str, path: str) -> Person:
        person = Person(self.tls)
        person.open(f"{self.origin}/signin?return_to={path}")
        person.sign_in(email, password)
        assert person.page is not None
        assert person.page.url.path == path, person.page.text[:2_000]
        return person


def sign_up(machine: Machine, box: Mailbox, email: str) -> None:
    visitor = Person(machine.tls)
    visitor.open(f"{machine.origin}/signup/developer")
    form = visitor.form_with("email", "password")
    visitor.submit(form, first_name="Dora", surname="Example", email=email, password=PASSWORD)
    until(lambda: box.messages, "the mail")
    message = box.messages[-1]
    assert message["from"].endswith("<no-reply@developer.example>")
    body = message.get_body(("plain",))
    assert body is not None
    link = re.search(re.escape(machine.origin) + r"\S+", body.get_content())
    assert link is not None
    visitor.open(link.group())
    assert visitor.page is not None
    (confirm,) = [one for one in visitor.forms if "Confirm" in str(one.submits)]
    visitor.submit(confirm)
    assert "Your e-mail address is confirmed" in visitor.page.text


@pytest.mark.xdist_group("serve")
def test_the_guide_leads_to_an_installation_that_can_be_kept(tmp_path: Path) -> None:
    with mail_server() as box, postgres.running() as server:
        machine = Machine(tmp_path, server, box.port)
        for line in ("createuser", "createdb"):
            machine.run(GUIDE.command(line))
        with machine.proxy():
            with machine.serving():
                machine.run(
                    f"{GUIDE.command('workswith', 'operator')} --password-stdin",
                    typed=f"{PASSWORD}\n",
                )
                machine.run(GUIDE.command("workswith", "doctor"))
                olga = machine.sign_in("olga@maker.example", PASSWORD, "/office")
                assert "Works with Maker" in olga.open(machine.origin).text
                sign_up(machine, box, "dora@example.com")
                machine.sign_in("dora@example.com", PASSWORD, "/products")
                watched(machine)
                keys = machine.run(KEYS)
                for line in ("pg_dump", "cp"):
                    machine.run(GUIDE.command(line))
            assert machine.status("/readyz") == 502, "nginx says that nobody is behind it"
            machine.run("dropdb workswith")
            machine.run(GUIDE.command("createdb"))
            machine.run(GUIDE.command("pg_restore"))
            with machine.serving():
                machine.sign_in("dora@example.com", PASSWORD, "/products")
                machine.run(GUIDE.command("workswith", "doctor"))
                assert machine.run(KEYS) == keys
                assert olga.open(f"{machine.origin}/office").status_code == 200, "still signed in"


def watched(machine: Machine) -> None:
    """Every figure that an alert of the guide looks at is told."""
    bearer = {"Authorization": f"Bearer {machine.metrics_token}"}
    answer = Person(machine.tls).http.get(f"{machine.origin}/metrics", headers=bearer)
    assert answer.status_code == 200
    families = {
        family.name if family.type != "counter" else f"{family.name}_total"
        for family in text_string_to_metric_families(answer.text)
    }
    (group,) = yaml.safe_load(GUIDE.files[RULES])["groups"]
    for rule in group["rules"]:
        for name in re.findall(r"workswith_\w+", rule["expr"]):
            assert name.removesuffix("_bucket") in families, rule["alert"]
