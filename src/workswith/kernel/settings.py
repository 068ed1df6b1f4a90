"""How settings are read: defaults, then a TOML file, then ``WORKSWITH_*`` variables.

Areas declare theirs as msgspec structs whose fields carry a default, bounds and a sentence; this
module knows none of them. An unknown key is an error, so a misspelt setting never goes unnoticed.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec

PREFIX = "WORKSWITH_"
S = TypeVar("S", bound=msgspec.Struct)


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every group of settings: immutable, closed."""


class SettingsError(Exception):
    """A setting is unknown or has a value that is not allowed; the text names it."""


class Setting(NamedTuple):
    """One line of the commented file."""

    section: str
    name: str
    default: object
    sentence: str

    @property
    def variable(self) -> str:
        """Its environment variable, such as ``WORKSWITH_WEBHOOKS_RULES_ANSWER_MS``."""
        path = f"{self.section}.{self.name}".lstrip(".")
        return PREFIX + path.replace(".", "_").upper()


def load(kind: type[S], file: Path | None, environ: Mapping[str, str]) -> S:
    """Reads ``kind``. Raises `SettingsError`."""
    values: dict[str, Any] = {}
    if file is not None:
        try:
            values = tomllib.loads(file.read_text("utf-8"))
        except OSError as error:
            raise SettingsError(f"{file}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{file}: {error}") from error
    _overlay(values, kind, environ)
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(str(error)) from error


def every(kind: type[msgspec.Struct], section: str = "") -> Iterator[Setting]:
    """All settings in the order of their declaration, sections as ``outer.inner``."""
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        hint = hints[field.name]
        if _is_section(hint):
            yield from every(hint, f"{section}.{field.name}".lstrip("."))
        else:
            yield Setting(section, field.name, _default(field), _sentence(hint))


def as_toml(kind: type[msgspec.Struct]) -> str:
    """The commented file with every default, ready to be edited."""
    lines: list[str] = []
    open_section = ""
    for setting in sorted(every(kind), key=lambda setting: bool(setting.section)):
        if setting.section != open_section:
            open_section = setting.section
            lines += ["", f"[{open_section}]"]
        lines += [f"# {setting.sentence}", f"# {setting.name} = {_toml(setting.default)}"]
    return "\n".join(lines).strip() + "\n"


def _overlay(
    values: dict[str, Any], kind: type[msgspec.Struct], environ: Mapping[str, str]
) -> None:
    known = {setting.variable: setting for setting in every(kind)}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX):
            continue
        setting = known.get(variable)
        if setting is None:
            raise SettingsError(f"{variable} is not a setting; `workswith settings` lists them all")
        place = values
        for part in filter(None, setting.section.split(".")):
            place = place.setdefault(part, {})
        place[setting.name] = text.split(",") if isinstance(setting.default, tuple | list) else text


def _is_section(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, Section)


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else ""


def _sentence(hint: object) -> str:
    if get_origin(hint) is Annotated:
        for extra in get_args(hint)[1:]:
            if isinstance(extra, msgspec.Meta) and extra.description:
                return extra.description
    return ""


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return msgspec.json.encode(str(value if value is not None else "")).decode()
