"""Logs: readable, traceable, and without secrets."""

import io
import json
from collections.abc import Iterator

import pytest

from workswith.kernel import log


def test_secrets_never_reach_a_log() -> None:
    out = io.StringIO()
    log.configure(as_json=True, stream=out)
    token = log.flow.set("flow-1")
    log.get("test").info(
        "call",
        authorization="Bearer abc",
        headers={"Ocp-Apim-Subscription-Key": "k", "accept": "*/*"},
        url="https://x/cb?code=SECRETCODE&state=1",
        note="token eyJ0eXAiOiJKV1Qi.eyJh.sig here",
        client_secret="s",
    )
    log.flow.reset(token)
    line = out.getvalue()
    written = json.loads(line)
    assert written["flow"] == "flow-1"
    assert written["headers"]["accept"] == "*/*"
    for secret in ("abc", "SECRETCODE", "eyJ0eXAi", '"k"', '"s"'):
        assert secret not in line


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    written = io.StringIO()
    yield written
    log.configure()


@pytest.mark.parametrize("as_json", [True, False])
def test_an_error_is_written_with_its_stack_and_without_its_secrets(
    out: io.StringIO, as_json: bool
) -> None:
    log.configure(as_json=as_json, stream=out)
    try:
        raise ValueError("https://x/?secret=hush")
    except ValueError as error:
        log.get("area").error("it failed", work="relay", exc_info=error)
    assert "it failed" in out.getvalue()
    assert "test_log.py" in out.getvalue()
    assert "hush" not in out.getvalue()


def test_a_field_cannot_write_a_second_event(out: io.StringIO) -> None:
    log.configure(stream=out)
    log.get("area").info("page", path="/x\n2026-01-01 error forged")
    assert len(out.getvalue().splitlines()) == 1


def test_what_is_less_important_is_left_out(out: io.StringIO) -> None:
    log.configure("warning", stream=out)
    log.get("area").info("a")
    log.get("area").debug("b")
    log.get("area").warning("c")
    assert [line.rpartition(": ")[2] for line in out.getvalue().splitlines()] == ["c"]
