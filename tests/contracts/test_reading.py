"""Protects that a document means to the program what it means to its reader."""

from pathlib import Path

import pytest

from workswith.contracts.document import ContractError
from workswith.contracts.reading import read, resolved


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "api.yaml"
    path.write_text(text, "utf-8")
    return path


def test_off_and_dates_stay_text(tmp_path: Path) -> None:
    """YAML 1.1 would turn an enum's `off` into false and a day into a date."""
    text = "a: [off, on, yes, No, 2024-01-12, 1:30, 0x10, 1_000]\nb: [true, 12, -1.5, 1e3, ~]"
    assert read(written(tmp_path, text)) == {
        "a": ["off", "on", "yes", "No", "2024-01-12", "1:30", "0x10", "1_000"],
        "b": [True, 12, -1.5, 1000.0, None],
    }


@pytest.mark.parametrize("text", ["a: 1\na: 2", "- 1", "a: [", "!!python/name:os.system {}", ""])
def test_unreadable_documents_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ContractError):
        read(written(tmp_path, text))


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError):
        read(tmp_path / "nowhere.yaml")


def test_references_are_put_in_place() -> None:
    raw = {
        "a": [{"$ref": "#/components/x~1y", "description": "here"}],
        "components": {"x/y": {"b": {"$ref": "#/components/z"}}, "z": {"c": 1}},
    }
    assert resolved(raw, "api") == {"a": [{"b": {"c": 1}, "description": "here"}]}


def test_bad_references_are_all_named() -> None:
    raw = {
        "a": {"$ref": "#/components/loop"},
        "b": {"$ref": "#/nowhere"},
        "c": {"$ref": "https://example.org/x"},
        "d": {"$ref": "#/components/plain", "required": ["e"]},
        "components": {"loop": {"again": {"$ref": "#/components/loop"}}, "plain": {"e": 1}},
    }
    with pytest.raises(ContractError) as refused:
        resolved(raw, "api")
    assert set(refused.value.flaws) == {
        "#/components/loop contains itself",
        "#/nowhere points nowhere",
        "https://example.org/x points nowhere",
        "'required' beside #/components/plain",
    }
