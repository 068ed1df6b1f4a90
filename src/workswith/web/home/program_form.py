"""The form of a weekly program: groups of days with the same switching times. [DEV-4]

It works without script: a button adds a line or a group, and the page comes back with what was
typed. Whatever is wrong stands beside the group that it is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from workswith.devices.homes.programs import SWITCHES
from workswith.devices.thermostat import HIGHEST, LOWEST, Day, Week
from workswith.web.site.language import _

from .week import clock
from .words import DAYS

SPARE = 1
"""Empty lines that wait below those that are filled."""


@dataclass(slots=True)
class Group:
    """``days`` are 0 (Monday) to 6; ``lines`` are time and set-point as they were typed."""

    days: set[int]
    lines: list[tuple[str, str]]
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ProgramForm:
    name: str
    groups: list[Group]
    errors: list[str] = field(default_factory=list)
    name_errors: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        return bool(self.errors or self.name_errors or any(one.errors for one in self.groups))

    def week(self) -> Week:
        """What was typed; ``errors`` say why it is none."""
        days: list[Day] = [()] * 7
        told: set[int] = set()
        for group in self.groups:
            day = _day(group)
            for number in sorted(group.days):
                if number in told:
                    group.errors.append(_("%(day)s stands in two groups.") % {"day": DAYS[number]})
                days[number] = day
            told |= group.days
        missing = [str(DAYS[number]) for number in range(7) if number not in told]
        if missing:
            self.errors.append(_("In no group: %(days)s.") % {"days": ", ".join(missing)})
        if not any(days) and not self.wrong:
            self.errors.append(_("A program needs a time at which something begins."))
        return tuple(days)


def of_week(name: str, week: Week) -> ProgramForm:
    """Days that are alike stand in one group."""
    groups: dict[Day, set[int]] = {}
    for number, day in enumerate(week):
        groups.setdefault(day, set()).add(number)
    return ProgramForm(name, [Group(days, _lines(day)) for day, days in groups.items()])


def of_post(form: FormData) -> ProgramForm:
    """As it was typed. Groups are numbered; at most seven are read."""
    groups = []
    for number in range(7):
        if f"g{number}" not in form:
            break
        days = {int(one) for one in _texts(form, f"g{number}-day") if one in set("0123456")}
        times, warmths = _texts(form, f"g{number}-time"), _texts(form, f"g{number}-warmth")
        lines = [
            (time.strip()[:10], warmth.strip()[:10])
            for time, warmth in zip(times, warmths, strict=False)
        ]
        groups.append(Group(days, lines[: 2 * SWITCHES]))
    name = form.get("name")
    return ProgramForm(name.strip()[:200] if isinstance(name, str) else "", groups)


def press(form: ProgramForm, button: str) -> None:
    """Adds a line to a group (``line-2``), or a group (``group``), takes one away (``drop-2``)."""
    what, _dash, number = button.partition("-")
    place = int(number) if number.isdecimal() else 0
    if what == "group" and len(form.groups) < 7:
        form.groups.append(Group(set(), [("00:00", ""), ("", "")]))
    elif what == "line" and place < len(form.groups):
        form.groups[place].lines.append(("", ""))
    elif what == "drop" and place < len(form.groups) and len(form.groups) > 1:
        del form.groups[place]


def _day(group: Group) -> Day:
    switches: list[tuple[int, int]] = []
    for time, warmth in group.lines:
        if not time and not warmth:
            continue
        minute, set_point = _minute(time), _set_point(warmth)
        if minute is None:
            group.errors.append(_("%(time)s is no time of day.") % {"time": time or "–"})
        elif set_point is None:
            group.errors.append(_("At %(time)s: a set-point is from 3 to 40 °C.") % {"time": time})
        else:
            switches.append((minute, set_point))
    switches.sort()
    minutes = [minute for minute, _set_point in switches]
    twice = sorted({one for one in minutes if minutes.count(one) > 1})
    group.errors += [_("%(time)s stands there twice.") % {"time": clock(one)} for one in twice]
    if len(switches) > SWITCHES:
        group.errors.append(_("A day has at most twelve switching times."))
    if not switches and not group.errors:
        group.errors.append(_("These days need a time at which something begins."))
    return tuple(switches)


def _minute(text: str) -> int | None:
    hours, colon, minutes = text[:5].partition(":")
    if not colon or not (hours + minutes).isascii() or not (hours + minutes).isdigit():
        return None
    minute = int(hours) * 60 + int(minutes)
    return minute if int(minutes) < 60 and minute < 24 * 60 else None


def _set_point(text: str) -> int | None:
    try:
        tenths = round(float(text.replace(",", ".")) * 10)
    except (ValueError, OverflowError):
        return None
    return tenths if LOWEST <= tenths <= HIGHEST else None


def _lines(day: Day) -> list[tuple[str, str]]:
    return [(clock(minute), f"{set_point / 10:g}") for minute, set_point in day] + [
        ("", "")
    ] * SPARE


def _texts(form: FormData, name: str) -> Sequence[str]:
    return [one for one in form.getlist(name) if isinstance(one, str)]
