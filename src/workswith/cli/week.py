"""``workswith week``: what a simulated room goes through, drawn."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from workswith.devices.simulators.anatomy import Body, State
    from workswith.devices.simulators.record import Minute


@click.command()
@click.option("--template", default="house", show_default=True, help="The home to put up.")
@click.option("--room", default="Piano Terra", show_default=True, help="One of its thermostats.")
@click.option(
    "--climate",
    type=click.Choice(["denver", "chicago", "san_francisco"]),
    help="Whose typical year; default: the template's.",
)
@click.option(
    "--from",
    "begin",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2026-01-12",
    show_default="2026-01-12",
    help="The first day.",
)
@click.option("--days", type=click.IntRange(1, 31), default=7, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Which home of its kind.")
def command(
    template: str, room: str, climate: str | None, begin: "datetime", days: int, seed: int
) -> None:
    r"""Draw temperature, set-point, relay and weather of a simulated room as SVG.

    Needs no running sandbox. The same options give the same bytes.

    \b
    workswith week > week.svg
    workswith week --from 2026-07-20 --climate chicago > summer.svg
    """
    from datetime import UTC, timedelta

    from workswith.devices.simulators.record import record

    body, state = _put_up(template, room, climate, begin.replace(tzinfo=UTC), seed)
    midnights = [begin.replace(tzinfo=body.zone) + timedelta(number) for number in range(days + 1)]
    instants = [round(each.timestamp() * 1000) for each in midnights]
    minutes = [each for each in record(body, state, instants[-1]) if each.at >= instants[0]]
    named = [f"{each:%a %-d %b}" for each in midnights[:-1]] + [""]
    click.echo(_drawn(room, body, minutes, list(zip(instants, named, strict=True))), nl=False)


def _put_up(
    template: str, room: str, climate: str | None, begin: "datetime", seed: int
) -> "tuple[Body, State]":
    """The room a day before, so that it is lived in when the drawing begins."""
    from datetime import timedelta

    from workswith.devices.homes.drawing import draw
    from workswith.devices.simulators import thermostat
    from workswith.devices.simulators.kind import USUAL_PACE
    from workswith.devices.simulators.weather import moved
    from workswith.devices.templates import TEMPLATES
    from workswith.devices.thermostat import DEVICE
    from workswith.kernel.ident import Ident

    if template not in TEMPLATES:
        raise click.UsageError(f"There is no template {template}.")
    now = round((begin - timedelta(days=1, hours=2)).timestamp() * 1000)
    home = draw(TEMPLATES[template][0], Ident.seeded(seed), now)
    rooms = {one.name: one for one in home.modules if one.device == DEVICE}
    if room not in rooms:
        raise click.UsageError(f"There is no thermostat {room}, only {', '.join(rooms) or 'none'}.")
    plan = rooms[room]
    model = bytes(plan.model).decode()
    body = thermostat.body_of(
        moved(model, climate) if climate else model,
        bytes(plan.configuration).decode(),
        home.plant.time_zone,
        USUAL_PACE,
    )
    return body, thermostat.state_of(bytes(plan.state).decode())


def _drawn(
    room: str, body: "Body", minutes: "Sequence[Minute]", days: Sequence[tuple[int, str]]
) -> str:
    from workswith.devices.physics.year import year

    from .chart import Curve, Panel, draw

    tens = minutes[::10]
    bands, since = [], None
    for before, now in pairwise([minutes[0]._replace(closed=False), *minutes]):
        if now.closed and not before.closed:
            since = now.at
        elif before.closed and not now.closed and since is not None:
            bands.append((since, now.at))
            since = None
    if since is not None:
        bands.append((since, minutes[-1].at))
    source = year(body.model.climate.place).source.split(",")[0]
    hours = sum(ends - begins for begins, ends in bands) / 3_600_000
    return draw(
        f"{room}, {days[0][1]} to {days[-2][1]}",
        f"Simulated; weather of {source} (TMY3); relay closed for {hours:.0f} hours",
        days,
        (
            Panel(
                " °C",
                240,
                (
                    Curve("measured", "warm", [(each.at, each.measured) for each in tens]),
                    Curve("set-point", "aim", [(e.at, e.set_point) for e in minutes], stepped=True),
                ),
                bands,
                "relay closed",
            ),
            Panel(" °C", 110, (Curve("outside", "cold", [(e.at, e.outside) for e in tens]),)),
        ),
    )
