"""Tables of the command line: what a row says is never cut, and an id can be copied."""

import sys

import click
import pytest

from workswith.cli import table

COLUMNS = ("State", "Address", "Id")
ID = "72f5ed9c-e8eb-5bfc-943c-88997377db63"
ROW = ("well", "https://application.example/notifications/of/all/homes", ID)


def shown(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    *,
    foldable: bool = True,
) -> str:
    """In a terminal so wide; no wide one is 0, a pipe."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: bool(width))
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    table.show(COLUMNS, [ROW], foldable=foldable)
    return click.unstyle(capsys.readouterr().out)


def test_a_pipe_gets_columns_for_programs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = shown(capsys, monkeypatch, 0)
    assert out == "STATE\tADDRESS\tID\n" + "\t".join(ROW) + "\n"


def test_short_columns_are_not_folded_and_nothing_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = shown(capsys, monkeypatch, 60)
    lines = out.splitlines()
    assert max(map(len, lines)) <= 60
    assert sum("well" in line for line in lines) == 1
    folded = "".join("".join(line.split()) for line in lines)
    assert all(character in folded for character in "".join(ROW))
    assert ID not in out


@pytest.mark.parametrize("width", [60, 200])
def test_an_id_to_copy_stays_whole_however_narrow_the_terminal_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    assert ID in shown(capsys, monkeypatch, width, foldable=False)
