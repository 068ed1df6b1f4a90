"""Logs: readable, traceable, and without secrets."""

import io
import json

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
