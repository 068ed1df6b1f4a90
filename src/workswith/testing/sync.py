"""The cloud of a test, for code that waits. `aio` is the same for code that awaits."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from .bridge import Bridge
from .known import Known
from .running import ARRIVE_SECONDS, Running, instant, span
from .values import Answer, Home, Notification, State, Tokens


class Clock:
    """The clock of the cloud: whatever happens in it happens by this clock.

    Each method returns what it shows afterwards, in ms since 1970 UTC.
    """

    def __init__(self, running: Running, bridge: Bridge) -> None:
        self._running, self._wait = running, bridge.wait

    def now(self) -> int:
        return self._wait(self._running.clock("read"))

    def advance(self, by: str | timedelta | float) -> int:
        """Lets ``"1d12h"``, a timedelta or so many seconds pass; all due work is done then."""
        return self._wait(self._running.clock("advance", by=span(by)))

    def set(self, to: str | datetime) -> int:
        """Moves forward to an instant; one without a zone is UTC. All due work is done then."""
        return self._wait(self._running.clock("set", to=instant(to)))

    def freeze(self) -> int:
        return self._wait(self._running.clock("freeze"))

    def resume(self) -> int:
        """Lets it run at the pace of the world."""
        return self._wait(self._running.clock("resume"))

    def scale(self, rate: float) -> int:
        """Lets it run ``rate`` seconds a second."""
        return self._wait(self._running.clock("scale", rate=rate))


class Webhooks:
    """A receiver of the cloud's own, and what it got."""

    def __init__(self, running: Running, bridge: Bridge) -> None:
        self._running, self._wait = running, bridge.wait

    @property
    def url(self) -> str:
        """The receiver's address."""
        return self._running.receiver()

    def subscribe(self, home: Home | None = None, url: str = "") -> str:
        """The id of a subscription to a home's notifications, by default the first one's, sent to
        ``url``, by default to the receiver.
        """
        return self._wait(self._running.subscribe(home, url))

    def received(self, at_least: int = 0, seconds: float = ARRIVE_SECONDS) -> list[Notification]:
        """What has arrived, the first first, once everything due is sent.

        Waits up to so many real seconds for ``at_least``; raises ``TimeoutError``.
        """
        return self._wait(self._running.received(at_least=at_least, seconds=seconds))

    def answer(self, behaviour: str) -> None:
        """``well``, ``slow``, ``fail``, ``move``, ``drip``, ``reset`` or ``vanish`` from now on."""
        self._wait(self._running.answer_as(behaviour))


class Faults:
    """What goes wrong, on demand."""

    def __init__(self, running: Running, bridge: Bridge) -> None:
        self._running, self._wait = running, bridge.wait

    def add(self, kind: str, **members: Any) -> int:
        """A fault as ``POST /sandbox/faults`` takes it; returns its id."""
        made = self._wait(self._running.control("POST", "/faults", {"kind": kind, **members}))
        return int(made["id"])

    def list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._wait(self._running.control("GET", "/faults"))
        return found

    def clear(self, id_: int | None = None) -> None:
        """One, or all."""
        path = "/faults" if id_ is None else f"/faults/{id_}"
        self._wait(self._running.control("DELETE", path))

    def play(self, pack: str) -> dict[str, Any]:
        """A whole incident by its name; returns when all its steps are done."""
        played: dict[str, Any] = self._wait(
            self._running.control("POST", f"/faults/packs/{pack}", {})
        )
        return played


class Device:
    """A simulated device, by somebody who stands before it."""

    def __init__(self, running: Running, bridge: Bridge, module_id: str) -> None:
        self._running, self._wait, self.id = running, bridge.wait, module_id

    def touch(self, set_point: float | None = None) -> None:
        """Touches a thermostat's screen, and turns to manual at so many °C."""
        self._wait(self._running.device(self.id, "touch", set_point=set_point))

    def online(self) -> None:
        self._wait(self._running.device(self.id, "online"))

    def offline(self) -> None:
        """The cable is out: calls are answered 404, Gateway Offline."""
        self._wait(self._running.device(self.id, "offline"))

    def silent(self) -> None:
        """It is there and does not answer: calls time out."""
        self._wait(self._running.device(self.id, "silent"))

    def responsive(self) -> None:
        self._wait(self._running.device(self.id, "responsive"))


class Cloud(Known):
    """A running cloud. Methods hold the caller up until they are done."""

    def __init__(self, running: Running, bridge: Bridge) -> None:
        super().__init__(running)
        self._bridge, self._wait = bridge, bridge.wait
        self.clock = Clock(running, bridge)
        self.webhooks = Webhooks(running, bridge)
        self.faults = Faults(running, bridge)

    def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | Tokens | None = None,
    ) -> Answer:
        """Any path of the cloud, with the subscription key, and signed in as the home owner unless
        ``token`` or ``headers`` say otherwise. ``json`` or ``data`` (a form) is the body.
        """
        calling = self._running.call(method, path, json, data=data, headers=headers, token=token)
        return self._wait(calling)

    def control(self, method: str, path: str, json: Any = None) -> Any:
        """The control interface below ``/sandbox``. Raises `Refused`."""
        return self._wait(self._running.control(method, path, json))

    def token(self, user: str = "end_user", scope: str = "") -> Tokens:
        """A fresh pair, by the whole code flow; ``scope`` names some of the application's."""
        return self._wait(self._running.token(user, scope))

    def sign_in(self, url: str, user: str = "end_user", *, allow: bool = True) -> str:
        """What a person does in the browser that an application has opened at ``/authorize``.

        Signs in and consents, or refuses; returns the address that they are sent back to, with the
        code. Raises `Refused` for a request that never comes back.
        """
        return self._wait(self._running.sign_in(url, user, allow=allow))

    def home(self, template: str = "flat", user: str = "end_user", name: str = "") -> Home:
        """One more home for somebody: ``flat``, ``house``, ``hotel``, ``eleven_thermostats``, …"""
        return self._wait(self._running.home(template, user, name))

    def device(self, module_id: str) -> Device:
        return Device(self._running, self._bridge, module_id)

    def settle(self) -> None:
        """Does everything that is due now."""
        self._wait(self._running.settle())

    def reset(self) -> None:
        """Back to the seeded state, clock and ids included."""
        self._wait(self._running.reset())

    def save(self, name: str) -> None:
        """Keeps how everything is, under a name."""
        self._wait(self._running.save(name))

    def restore(self, name: str) -> None:
        """Everything as it was saved."""
        self._wait(self._running.restore(name))

    def fork(self, name: str, origin: str = "") -> None:
        """Goes on under a new name, from a saved state or from now."""
        self._wait(self._running.fork(name, origin))

    def states(self) -> list[State]:
        return self._wait(self._running.states())
