"""Settings: defaults work, every mistake is named."""

from pathlib import Path
from typing import Annotated

import pytest
from msgspec import Meta, field

from workswith.kernel.settings import Section, SettingsError, as_toml, every, load


class Inner(Section, frozen=True):
    limit: Annotated[int, Meta(ge=1, description="How many.")] = 5
    names: Annotated[tuple[str, ...], Meta(description="Which.")] = ()


class Outer(Section, frozen=True):
    inner: Inner = field(default_factory=Inner)
    on: Annotated[bool, Meta(description="Whether.")] = False


def test_defaults_need_nothing() -> None:
    assert load(Outer, None, {}) == Outer()


def test_file_then_variables(tmp_path: Path) -> None:
    file = tmp_path / "w.toml"
    file.write_text("on = true\n[inner]\nlimit = 7\n")
    loaded = load(Outer, file, {"WORKSWITH_INNER_LIMIT": "9", "WORKSWITH_INNER_NAMES": "a,b"})
    assert loaded == Outer(inner=Inner(limit=9, names=("a", "b")), on=True)


@pytest.mark.parametrize(
    ("text", "environ", "says"),
    [
        ("onn = true", {}, "onn"),
        ("[inner]\nlimit = 0", {}, "limit"),
        ("[inner]\nlimit = 'many'", {}, "limit"),
        ("= 3", {}, "w.toml"),
        ("", {"WORKSWITH_INNER_LIMITS": "1"}, "WORKSWITH_INNER_LIMITS"),
        ("", {"WORKSWITH_INNER_LIMIT": "x"}, "limit"),
    ],
)
def test_each_mistake_is_an_error_that_names_it(
    text: str, environ: dict[str, str], says: str, tmp_path: Path
) -> None:
    file = tmp_path / "w.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=says):
        load(Outer, file, environ)


def test_the_commented_file_is_itself_valid(tmp_path: Path) -> None:
    text = as_toml(Outer)
    assert "# How many." in text
    file = tmp_path / "w.toml"
    file.write_text(
        "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    )
    assert load(Outer, file, {}) == Outer()
    assert {s.variable for s in every(Outer)} >= {"WORKSWITH_ON"}
