"""Receivers verify with libraries that others wrote."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import standardwebhooks
import svix.webhooks

from workswith.kernel.cipher import Cipher
from workswith.kernel.ident import Ident
from workswith.webhooks import signing

ENDPOINT, BODY = "endpoint-1", '[{"eventType":"DeviceToCloud","name":"Küche"}]'.encode()
LIBRARIES = [standardwebhooks.Webhook, svix.webhooks.Webhook]


@pytest.fixture
def secrets(ident: Ident) -> tuple[str, str]:
    return signing.new_secret(ident), signing.new_secret(ident)


@pytest.fixture
def headers(cipher: Cipher, secrets: tuple[str, str]) -> dict[str, str]:
    """Of a delivery while the second secret is being replaced by the first."""
    new, former = (signing.seal(cipher, ENDPOINT, secret) for secret in secrets)
    # The libraries look at the machine's own time.
    now = int(datetime.now(UTC).timestamp() * 1000)
    signer = signing.Signer(cipher)
    return dict(signer.headers(ENDPOINT, new, "msg_1", now, BODY, previous=former))


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("which", [0, 1])
def test_either_secret_verifies(
    library: Callable[..., Any], which: int, secrets: tuple[str, str], headers: dict[str, str]
) -> None:
    library(secrets[which]).verify(BODY.decode(), headers)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("header", "body"),
    [
        ({"webhook-id": "msg_2"}, BODY),
        ({"webhook-timestamp": "1000000000"}, BODY),
        ({"webhook-signature": "v1,AAAA"}, BODY),
        ({}, BODY + b" "),
    ],
)
def test_what_was_tampered_with_is_refused(
    library: Callable[..., Any],
    header: dict[str, str],
    body: bytes,
    secrets: tuple[str, str],
    headers: dict[str, str],
) -> None:
    errors = (
        standardwebhooks.WebhookVerificationError,
        svix.webhooks.WebhookVerificationError,
    )
    with pytest.raises(errors):
        library(secrets[0]).verify(body.decode(), headers | header)
