"""No delivery goes to a refused address, in whatever spelling it comes. [C2C-6]"""

import socket

import pytest

from tests.receiver import Receiver
from workswith.kernel.problem import Kind, Problem
from workswith.webhooks.addresses import refused
from workswith.webhooks.sender import Sender
from workswith.webhooks.settings import Reach, Settings
from workswith.webhooks.target import parse, require_reachable

PUBLIC = ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::200e"]
LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1"]
REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "0:0:0:0:0:ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fe80::1%1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "4000::1",
    "not-an-address",
    "",
]
ODD_SPELLINGS = [
    "127.1",
    "127.0.1",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "127.0.0.1.",
    "127.0.0.0x1",
    "00000000127.0.0.1",
    "169.254.43518",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_dialled(address: str) -> None:
    assert refused(address, "public") is None


@pytest.mark.parametrize("address", REFUSED)
@pytest.mark.parametrize("reach", ["public", "loopback"])
def test_ranges_that_are_not_public_are_refused(address: str, reach: Reach) -> None:
    assert refused(address, reach)


@pytest.mark.parametrize("address", LOOPBACK)
def test_loopback_only_where_it_is_allowed(address: str) -> None:
    assert refused(address, "public")
    assert refused(address, "loopback") is None
    assert refused(address, "any") is None


@pytest.mark.parametrize("host", ODD_SPELLINGS)
def test_addresses_in_odd_spellings_are_no_hosts(host: str) -> None:
    with pytest.raises(Problem) as caught:
        parse(f"https://{host}/")
    assert caught.value.kind is Kind.MALFORMED


@pytest.mark.parametrize(
    "host",
    [
        *(a for a in REFUSED if a and a[0].isdigit() and ":" not in a),
        *(f"[{a}]" for a in REFUSED if ":" in a and "%" not in a),
        "127.0.0.1",
        "[::1]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "any.localhost",
    ],
)
def test_literal_addresses_are_refused_when_subscribing(host: str) -> None:
    with pytest.raises(Problem, match="cannot be notified"):
        require_reachable(parse(f"https://{host}/hook"), "public")


class Resolver:
    """Name servers under the attacker's control."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        answer = self.answers.pop(0)
        if not answer:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return answer


@pytest.mark.parametrize("address", [a for a in REFUSED if a] + LOOPBACK)
async def test_a_name_that_resolves_to_a_refused_address_is_not_dialled(address: str) -> None:
    sender = Sender(Settings(), Resolver([address]))
    sent = await sender.post("e", "https://innocent.example/", [], b"[]")
    assert (sent.status, sent.error) == (None, "blocked")
    sender.close()


async def test_one_refused_address_among_good_ones_refuses_all(plain: Receiver) -> None:
    settings = Settings(reach="loopback", allow_http=True)
    sender = Sender(settings, Resolver(["127.0.0.1", "10.0.0.1"]))
    sent = await sender.post("e", f"http://mixed.example:{plain.port}/", [], b"[]")
    assert sent.error == "blocked"
    assert plain.connections == 0
    sender.close()


async def test_a_name_is_judged_anew_for_each_connection(plain: Receiver) -> None:
    """DNS rebinding: a good answer first, a bad one for the next connection."""
    settings = Settings(reach="loopback", allow_http=True)
    resolver = Resolver(["127.0.0.1"], ["169.254.169.254"], [])
    sender = Sender(settings, resolver)
    url = f"http://rebind.example:{plain.port}/"
    assert (await sender.post("e", url, [], b"[]")).status == 200
    assert (await sender.post("e", url, [], b"[]")).status == 200
    assert resolver.asked == 1, "the warm connection needs no name"
    assert (await sender.post("another", url, [], b"[]")).error == "blocked"
    assert (await sender.post("third", url, [], b"[]")).error == "dns"
    assert len(plain.received) == 2
    sender.close()


@pytest.mark.parametrize("spelling", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1"])
async def test_what_the_system_resolves_oddly_is_judged_by_its_result(spelling: str) -> None:
    """Even if such a host got past subscribing, the dialled address is what counts."""
    from workswith.webhooks.dialling import Dialler, Refused
    from workswith.webhooks.target import Target

    with pytest.raises(Refused):
        await Dialler(Settings(), lambda *_: None).dial(
            Target(tls=True, host=spelling, port=443, path="/"), 5.0
        )
