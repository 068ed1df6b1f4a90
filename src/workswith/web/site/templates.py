"""The template environment: everything escaped, nothing undefined, dates by the injected clock."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.core import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_skeleton,
    format_time,
    format_timedelta,
    get_timezone,
)
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from workswith.kernel.clock import iso

from . import language
from .assets import Assets
from .marked import marked, paragraphs
from .navigation import sections
from .services import Services

FOLDER = Path(__file__).parent.parent / "templates"


def environment(services: Services, assets: Assets) -> Environment:
    """Templates see these names besides what a page passes and what `Visit.render` adds."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    extended: Any = made  # by what the extension adds
    extended.install_gettext_callables(
        language._,
        language.ngettext,
        newstyle=True,
    )
    made.globals.update(
        asset=assets.address,
        trademark_owner=services.settings.trademark_owner,
        origins=services.origins,
        sandbox=services.sandbox,
        sections=sections,
        languages=language.languages,
        language=language.current.get,
        language_name=_language_name,
    )
    made.filters.update(
        date=_date,
        moment=_moment,
        iso=iso,
        ago=_ago(services.clock.now),
        number=_number,
        percent=_percent,
        clock_time=_clock_time,
        short_day=_short_day,
        sentence=_sentence,
        marked=marked,
        paragraphs=paragraphs,
    )
    return made


def _language_name(code: str) -> str:
    locale = Locale.parse(code)
    return (locale.get_language_name(code) or code).capitalize()


def _at(instant: int) -> datetime:
    return datetime.fromtimestamp(instant / 1000, UTC)


def _date(instant: int) -> str:
    """12 Jan 2026, as the reader's language writes it."""
    return format_date(_at(instant), "medium", locale=language.locale())


def _moment(instant: int) -> str:
    """Date and time, UTC."""
    return f"{format_datetime(_at(instant), 'medium', locale=language.locale())} UTC"


def _clock_time(instant: int, time_zone: str) -> str:
    """The time of day that clocks in ``time_zone`` show."""
    zone = get_timezone(time_zone)
    return format_time(_at(instant), "short", tzinfo=zone, locale=language.locale())


def _short_day(instant: int, time_zone: str) -> str:
    """12 Jan, on the calendars in ``time_zone``."""
    day = _at(instant).astimezone(get_timezone(time_zone))
    return format_skeleton("MMMd", day, locale=language.locale())


def _sentence(text: str) -> str:
    """With a capital letter at the start."""
    return text[:1].upper() + text[1:]


def _ago(now: Callable[[], int]) -> Callable[[int], str]:
    def ago(instant: int) -> str:
        return format_timedelta(
            (instant - now()) // 1000, add_direction=True, locale=language.locale()
        )

    return ago


def _number(value: float, digits: int = 0) -> str:
    """Grouped and pointed as the reader's language does."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, pattern, locale=language.locale())


def _percent(hundredths: float, digits: int = 0) -> str:
    """With the sign as the reader's language sets it: 25% or 25 %."""
    pattern = language.locale().percent_formats[None].pattern
    if digits:
        pattern = pattern.replace("##0", "##0." + "0" * digits)
    return format_percent(hundredths / 100, pattern, locale=language.locale())
