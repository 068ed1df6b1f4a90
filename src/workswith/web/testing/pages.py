"""Cause faults, play incidents, turn switches, move the clock; what a client has met so far. [SBX-3]

The same words as on the command line, whose commands the pages name.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel.problem import Kind, Mistake, Problem
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import developer
from workswith.web.site.services import Testing
from workswith.web.site.visit import Visit

T = TypeVar("T", int, float)
PLACES = {
    "call": lazy("Calls of the APIs"),
    "token": lazy("Token requests"),
    "notification": lazy("Notifications"),
    "attempt": lazy("Endpoints"),
    "state": lazy("Homes and people"),
}
"""Where a fault strikes, in the order in which kinds are listed."""
FATES = {
    "waiting": lazy("not yet"),
    "active": lazy("active"),
    "spent": lazy("spent"),
    "over": lazy("over"),
}
NUMBERS = ("times", "seed", "ms", "seconds", "status")
TEXTS = ("kind", "application", "operation", "endpoint", "account", "until", "for", "body", "error")
FIELDS = (*NUMBERS, *TEXTS, "percent", "thing", "span", "rate")
SHOWN_AS = {"probability": "percent", "plant": "thing", "module": "thing", "until": "for"}
"""What a form calls otherwise than the control interface."""
SPANS = {"1h": lazy("1 hour"), "1d": lazy("1 day"), "7d": lazy("7 days"), "91d": lazy("91 days")}


async def faults(visit: Visit) -> Response:
    return await _show(visit)


async def add(visit: Visit) -> Response:
    try:
        await _testing(visit).cause(_asked(visit))
    except Mistake as error:
        return await _show(visit, str(error), error.field)
    except (ValueError, Problem) as error:
        return await _show(visit, _reason(error))
    visit.say(_("It goes wrong from now on."))
    return _back(visit, "faults")


async def clear(visit: Visit) -> Response:
    number = visit.typed("id")
    try:
        await _testing(visit).clear(int(number) if number.isdecimal() else None)
    except Problem:
        visit.say(_("It was cleared already."), "info")
    else:
        visit.say(_("Cleared."))
    return _back(visit, "faults")


async def play(visit: Visit) -> Response:
    testing, name = _testing(visit), visit.typed("pack")
    if any(one["name"] == name and one["moves_the_clock"] for one in testing.packs()):
        _require_clock(visit)
    done = await testing.play(name)
    visit.say(" ".join(_(step) for step in done["steps"]))
    return _back(visit, "faults")


async def switch(visit: Visit) -> Response:
    testing = _testing(visit)
    names = {one["name"] for one in testing.switches()}
    try:
        await testing.choose({name: visit.typed(name) for name in names if visit.typed(name)})
    except ValueError as error:
        return await _show(visit, str(error))
    visit.say(_("The switches are turned."))
    return visit.go("/testing#switches")


async def move_clock(visit: Visit) -> Response:
    testing, do = _testing(visit), visit.typed("do")
    _require_clock(visit)
    try:
        match do:
            case "freeze":
                await testing.pace(0)
            case "resume":
                await testing.pace(1)
            case "scale":
                await testing.pace(_number(visit, "rate", float))
            case _:
                await testing.let_pass(do or visit.typed("span"))
    except ValueError as error:
        return await _show(visit, str(error), "rate" if do == "scale" else "span")
    visit.say(_("The clock has been set."))
    return _back(visit, "clock")


async def coverage(visit: Visit) -> Response:
    testing = _testing(visit)
    if visit.posted:
        await testing.forget()
        visit.say(_("Counting begins anew."))
        return visit.go("/testing/coverage")
    application = visit.asked("application")
    return visit.render(
        "testing/coverage.html",
        report=testing.report(application),
        applications=(await testing.choices())["applications"],
        missing=bool(visit.asked("missing")),
    )


async def _show(visit: Visit, wrong: str = "", field: str = "") -> Response:
    """``field`` is the one beside which it stands; above all forms it stands in any case."""
    testing = _testing(visit)
    field = SHOWN_AS.get(field, field)
    kinds = testing.kinds()
    return visit.render(
        "testing/faults.html",
        422 if wrong else 200,
        wrong=wrong,
        wrong_field=field if field in FIELDS else "",
        faults=testing.listed(),
        kinds=[
            (label, [one for one in kinds if one["place"] == place])
            for place, label in PLACES.items()
        ],
        fates=FATES,
        packs=testing.packs(),
        switches=testing.switches(),
        choices=await testing.choices(),
        clock=testing.clock(),
        spans=SPANS,
        typed=visit.typed,
    )


def _back(visit: Visit, part: str) -> Response:
    """To the page that the form stands on: this one, or that of homes for testing."""
    page = "/homes" if visit.typed("back") == "homes" else "/testing"
    return visit.go(f"{page}#{part}")


def _require_clock(visit: Visit) -> None:
    if not visit.services.settings.test_clock:
        raise Problem(
            Kind.FORBIDDEN, "clock_fixed", "The operator lets nobody move the clock on these pages."
        )


def _asked(visit: Visit) -> Mapping[str, Any]:
    """Raises `Mistake` for what is no number, or no part of a hundred."""
    asked: dict[str, Any] = {name: visit.typed(name).strip() for name in TEXTS}
    asked |= {name: _number(visit, name, int) for name in NUMBERS if visit.typed(name).strip()}
    if visit.typed("percent").strip():
        percent = _number(visit, "percent", float)
        if not 0 < percent <= 100:
            raise Mistake(_("More than 0 and at most 100."), field="percent")
        asked["probability"] = percent / 100
    if visit.typed("after"):
        asked["after"] = True
    facet, _colon, id_ = visit.typed("thing").partition(":")
    if facet in ("plant", "module"):
        asked[facet] = id_
    return {name: value for name, value in asked.items() if value != ""}


def _number(visit: Visit, name: str, kind: Callable[[str], T]) -> T:
    try:
        return kind(visit.typed(name).strip())
    except ValueError:
        raise Mistake(_("Please give a number."), field=name) from None


def _testing(visit: Visit) -> Testing:
    if visit.services.testing is None:
        raise Problem(Kind.UNKNOWN, "page_unknown", "There is no such page.")
    return visit.services.testing


def _reason(error: Exception) -> str:
    return error.detail if isinstance(error, Problem) else str(error)


ROUTES = [
    Route("/testing", developer(faults), methods=["GET"]),
    Route("/testing/faults", developer(add), methods=["POST"]),
    Route("/testing/clear", developer(clear), methods=["POST"]),
    Route("/testing/packs", developer(play), methods=["POST"]),
    Route("/testing/switches", developer(switch), methods=["POST"]),
    Route("/testing/clock", developer(move_clock), methods=["POST"]),
    Route("/testing/coverage", developer(coverage), methods=["GET", "POST"]),
]
