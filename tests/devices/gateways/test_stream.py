"""Reports are applied in their order and once, whatever becomes of them on the way."""

import inspect
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.devices.gateways.conftest import OWNER, Site
from workswith.devices.gateways import commands, silence
from workswith.devices.gateways.buffer import Buffer
from workswith.devices.gateways.flood import Flood
from workswith.devices.gateways.protocol import WINDOW, Hello, Report, Said
from workswith.devices.gateways.stream import Taken, reading_of, take
from workswith.devices.gateways.topology import greet, part
from workswith.devices.kinds import KINDS
from workswith.devices.light import Command
from workswith.devices.link import Outcome
from workswith.devices.reporting import event_state
from workswith.devices.reporting import told as note
from workswith.kernel.database import Tx

NONCES = [f"connection-number-{n}" for n in range(5)]


@dataclass
class Cloud:
    """What `stream.take` promises, in memory: the other end for the buffer's property test."""

    session: int = 1
    seq: int = 0
    held: dict[int, list[Said]] = field(default_factory=dict)
    applied: list[str] = field(default_factory=list)

    def take(self, report: Report) -> None:
        if report.session != self.session or not self.seq < report.seq <= self.seq + WINDOW:
            return
        self.held[report.seq] = report.reports
        while self.seq + 1 in self.held:
            self.seq += 1
            self.applied += [one.module for one in self.held.pop(self.seq)]


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_lost_doubled_or_swapped_all_arrives_once_and_in_order(
    data: st.DataObject,
) -> None:
    buffer, cloud, said, seconds = Buffer(), Cloud(), 0, 0.0
    buffer.greeted(1, 0)
    for _ in range(data.draw(st.integers(1, 12))):
        fresh = data.draw(st.integers(0, 60))
        buffer.add([Said(f"m{said + n}") for n in range(fresh)])
        said += fresh
        if data.draw(st.booleans()):
            answer = buffer.answer([Said(f"m{said}")], seconds)
            said += 1
            if answer is not None and data.draw(st.booleans()):
                cloud.take(answer)
        sent = buffer.due(seconds)
        arriving = data.draw(st.lists(st.sampled_from(sent), max_size=40)) if sent else []
        for report in arriving:
            cloud.take(report)
        match data.draw(st.sampled_from(["ack", "lost", "late", "cut"])):
            case "ack":
                buffer.acked(cloud.session, cloud.seq)
            case "late":
                seconds += 6
            case "cut":
                buffer.lost()
                assert not buffer.due(seconds)
                buffer.greeted(cloud.session, cloud.seq)
    for _ in range(200):  # from now on nothing is lost
        seconds += 6
        for report in buffer.due(seconds):
            cloud.take(report)
        buffer.acked(cloud.session, cloud.seq)
    assert cloud.applied == [f"m{n}" for n in range(said)]
    assert not buffer.waiting


def test_in_a_new_session_it_begins_anew_with_what_was_not_stored() -> None:
    buffer = Buffer()
    buffer.greeted(1, 0)
    buffer.add([Said("a")])
    buffer.due(0)
    buffer.add([Said("b")])
    buffer.due(0)
    buffer.acked(1, 1)
    buffer.greeted(4, 0)
    assert buffer.due(0) == [Report(4, 1, [Said("b")])]


@pytest.fixture
async def greeted(site: Site) -> str:
    """The id of a gateway with one lamp, in session 1."""
    credentials = await site.add()
    reading = {"on": False, "level": None, "power": 0, "energy": 0}
    lamp = {"module": "L1", "device": "light", "name": "Lamp", "reading": reading}
    hello = msgspec.convert({"connection": NONCES[0], "modules": [lamp]}, Hello)
    await say_hello(site, credentials.gateway_id, hello)
    return credentials.gateway_id


async def say_hello(site: Site, gateway_id: str, hello: Hello) -> tuple[int, int] | None:
    done = await site.database.write(
        greet, gateway_id, 1, hello, site.ident, most=10, now=site.clock.now()
    )
    return None if done is None else (done.session, done.seq)


async def told(site: Site, gateway_id: str, seq: int, power: int, session: int = 1) -> Taken:
    said = Said("L1", {"on": True, "level": None, "power": power, "energy": 0})
    report = Report(session, seq, [said])
    done = await site.database.write(take, gateway_id, 1, report, site.clock.now())
    return done.taken


async def power(site: Site) -> tuple[int, int]:
    (module,) = await site.modules()
    snapshot = await site.twin.read(OWNER, site.plant.id, module.id, last_known=True)
    return snapshot.version, snapshot.reading.power


async def test_a_gap_is_waited_for_and_nothing_is_applied_twice(site: Site, greeted: str) -> None:
    assert await told(site, greeted, 1, 10) is Taken.APPLIED
    assert await told(site, greeted, 3, 30) is Taken.HELD
    assert await told(site, greeted, 4, 40) is Taken.HELD
    assert await power(site) == (2, 10)
    assert await told(site, greeted, 2, 20) is Taken.APPLIED
    assert await power(site) == (5, 40), "2, 3 and 4 in their order"
    for seq in (1, 2, 3, 4):
        assert await told(site, greeted, seq, 99) is Taken.REPEATED
    assert await power(site) == (5, 40)
    assert await told(site, greeted, 4 + WINDOW + 1, 50) is Taken.REFUSED
    assert await told(site, greeted, 5, 50, session=2) is Taken.STRANGE


async def test_a_hello_goes_on_or_begins_anew(site: Site, greeted: str) -> None:
    await told(site, greeted, 1, 10)
    assert await say_hello(site, greeted, Hello(NONCES[0])) == (1, 1), "the same one again"
    assert await say_hello(site, greeted, Hello(NONCES[1], session=1)) == (1, 1)
    assert await told(site, greeted, 3, 30) is Taken.HELD
    assert await say_hello(site, greeted, Hello(NONCES[2])) == (2, 0), "it has lost its memory"
    assert await told(site, greeted, 1, 11, session=2) is Taken.APPLIED
    assert await told(site, greeted, 2, 12, session=2) is Taken.APPLIED
    assert await power(site) == (4, 12), "what waited in the old session is forgotten"


async def test_an_old_good_bye_does_not_end_a_new_connection(site: Site, greeted: str) -> None:
    now = site.clock.now()
    await say_hello(site, greeted, Hello(NONCES[1], session=1))
    assert not await site.database.write(part, greeted, 1, NONCES[0], now)
    assert await site.reach(greeted) == "online"
    assert await site.database.write(part, greeted, 1, NONCES[1], now)
    assert await site.reach(greeted) == "offline"
    late = Hello(NONCES[1], session=1)
    assert await say_hello(site, greeted, late) is None, "a hello that its good-bye has overtaken"
    assert await told(site, greeted, 1, 10) is Taken.STRANGE
    assert await say_hello(site, greeted, Hello(NONCES[2], session=1)) == (1, 0)


async def test_who_is_kept_out_or_has_old_credentials_is_refused(site: Site, greeted: str) -> None:
    now = site.clock.now()
    report = Report(1, 1, [])
    assert (await site.database.write(take, greeted, 2, report, now)).taken is Taken.REFUSED
    assert await site.database.write(silence.keep_out, greeted, now + 1000, now)
    assert (await site.database.write(take, greeted, 1, report, now)).taken is Taken.REFUSED
    assert await say_hello(site, greeted, Hello(NONCES[1])) is None
    site.clock.jump(now + 1000)
    assert await say_hello(site, greeted, Hello(NONCES[1])) == (2, 0)
    assert (await site.database.write(take, "nobody", 1, report, now)).taken is Taken.REFUSED


async def test_a_command_is_noted_unless_another_came_since(site: Site, greeted: str) -> None:
    """An outcome that comes late does not hide what the module was told after it."""
    assert greeted
    (module,) = await site.modules()
    at = site.clock.now()

    async def two(tx: Tx) -> None:
        await commands.keep(tx, "old", module.id, Command(on=True), flow="", at=at - 10, wait_ms=1)
        await note(tx, module.id, Command(on=False), outcome=Outcome.BUSY, at=at)

    await site.database.write(two)
    (waiting,) = await commands.every(site.database)
    await site.database.write(commands.finish, waiting, Outcome.SILENT, at + 5)
    desired = await site.twin.desired(OWNER, site.plant.id, module.id)
    assert desired is not None
    assert (desired.command, desired.outcome) == (Command(on=False), Outcome.BUSY)
    assert not await commands.is_open(site.database, "old")


def test_instants_of_a_gateway_are_neither_ahead_of_us_nor_behind_what_it_said() -> None:
    members = {"on": True, "level": None, "power": 1, "energy": 1}
    at = [
        reading_of("light", {**members, **extra}, 1000, 500).at
        for extra in ({}, {"at": 2000}, {"at": 700}, {"at": 100})
    ]
    assert at == [1000, 1000, 700, 500]


def test_a_flood_is_noticed_once_a_minute_and_kept_out_for_its_time() -> None:
    flood = Flood(3)
    assert [flood.count("g", 1.0) for _ in range(6)] == [False] * 3 + [True] + [False] * 2
    assert not flood.count("other", 1.0)
    assert [flood.count("heavy", 1.0, 2) for _ in range(3)] == [False, True, False]
    flood.keep_out("g", 100.0)
    assert flood.is_out("g", 99.0)
    assert not flood.is_out("g", 100.0)
    assert [flood.count("g", 61.0) for _ in range(4)] == [False] * 3 + [True]


_NUMBERS = st.integers(-(2**70), 2**70) | st.integers(-5, 5) | st.floats(allow_nan=False)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | _NUMBERS
    | st.text(max_size=5)
    | st.sampled_from(["HEATING", "OFF"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_a_gateway_says_is_a_reading_or_left_out(data: st.DataObject) -> None:
    """No member of no kind makes anything fail later: not the event, not the sums, not an answer."""
    kind = KINDS[data.draw(st.sampled_from(sorted(KINDS)))]
    names = list(inspect.signature(kind.reading).parameters)
    members = data.draw(st.dictionaries(st.sampled_from(names), _VALUES))
    whole = data.draw(st.booleans())
    if whole:
        members = {name: data.draw(_NUMBERS | _VALUES) for name in names}
    try:
        reading = reading_of(kind.device, members, NOON, NOON - 5)
    except ValueError:
        return
    assert NOON - 5 <= reading.at <= NOON
    event_state(reading, "Europe/Rome")
    for measure in kind.measures:
        assert abs(measure.value(reading)) * 7_200_000 * 48 < 2**63


async def test_a_reading_at_the_edge_of_belief_is_stored_and_shown(
    site: Site, greeted: str
) -> None:
    """With a history of it, on both databases."""
    edge = {"on": True, "level": -(10**9), "power": 10**9, "energy": 2**47}
    for seq, minutes in enumerate((0, 90, 60 * 48), 1):
        site.clock.jump(site.clock.now() + minutes * 60_000)
        report = Report(1, seq, [Said("L1", edge)])
        done = await site.database.write(take, greeted, 1, report, site.clock.now())
        assert done.taken is Taken.APPLIED
    assert (await power(site))[1] == 10**9
