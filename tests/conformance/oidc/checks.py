"""What is checked of everything: metadata, keys, answers, id_tokens, claims. [identity notes 2.2]"""

import hashlib
import json
import math
import re
from base64 import urlsafe_b64encode
from collections import Counter
from typing import Any, cast

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from .run import Run

SKEW = 300
YEAR = 365 * 86_400
SCOPE_CLAIMS = {
    "profile": (
        "name", "given_name", "family_name", "middle_name", "nickname", "profile", "picture",
        "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at", "preferred_username",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}  # fmt: skip
STANDARD = {name for names in SCOPE_CLAIMS.values() for name in names}
_TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(STANDARD, str),
    "sub": str, "email_verified": bool, "phone_number_verified": bool,
    "updated_at": (int, float), "address": dict,
}  # fmt: skip
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")
_VSCHARS = re.compile(r"[\x20-\x7e]+")
_ERROR_MEMBERS = {"error", "error_description", "error_uri", "state", "session_state", "iss"}


def json_of(run: Run, answer: httpx2.Response, what: str) -> dict[str, Any]:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    run.check(kind == "application/json", f"{what} is application/json, not {kind!r}")
    try:
        body = answer.json()
    except ValueError:
        body = None
    run.need(isinstance(body, dict), f"{what} is a JSON object")
    return dict(body)


def keys(run: Run, document: dict[str, Any]) -> KeySet:
    """No private or symmetric material; every key has a ``kid`` of its own."""
    found = document.get("keys")
    listed: list[dict[str, Any]] = found if isinstance(found, list) else []
    run.need(listed, "the JWKS has keys")
    kids = [key.get("kid") for key in listed]
    run.check(all(kids), "every key of the JWKS has a kid")
    run.check(len(set(kids)) == len(kids), "the kids of the JWKS are distinct")
    run.check(not any(_PRIVATE & set(key) for key in listed), "the JWKS has no private material")
    run.check(all(key.get("kty") != "oct" for key in listed), "the JWKS has no symmetric key")
    try:
        return KeySet.import_key_set(cast("Any", document))
    except (JoseError, ValueError, KeyError) as error:
        run.need(False, f"the keys of the JWKS can be read: {error}")
        raise


def callback(run: Run, landed: dict[str, str], metadata: dict[str, Any], state: str) -> None:
    if "iss" in landed:
        run.check(landed["iss"] == metadata["issuer"], "iss of the answer is the issuer")
    elif metadata.get("authorization_response_iss_parameter_supported"):
        run.fail("the answer has iss, as the metadata promises")
    run.check(landed.get("state") == state, "state comes back as it was sent")


def error_answer(run: Run, landed: dict[str, str], allowed: set[str]) -> None:
    """An error at the callback."""
    run.need(landed.get("error"), "the answer has an error")
    run.check(landed["error"] in allowed, f"the error {landed['error']} is one of {allowed}")
    run.check("code" not in landed, "an error comes without a code")
    unexpected = set(landed) - _ERROR_MEMBERS
    run.advise(not unexpected, f"an error has no unexpected parameters: {sorted(unexpected)}")
    description = landed.get("error_description", "")
    run.advise(not re.search(r"[\r\n\t]", description), "error_description is one line")
    run.check(_DESCRIPTION.fullmatch(description), "error_description has allowed characters only")


def token_error(
    run: Run, answer: httpx2.Response, error: str = "invalid_grant", *, strict: bool = True
) -> None:
    """A refusal of /token; a warning only where not ``strict``."""
    judge = run.check if strict else run.advise
    if not judge(answer.status_code == 400, f"refused with 400, not {answer.status_code}"):
        return
    body = json_of(run, answer, "the refusal")
    judge(body.get("error") == error, f"error is {error}, not {body.get('error')}")
    description = body.get("error_description", "")
    run.check(_DESCRIPTION.fullmatch(description), "error_description has allowed characters only")


def number(run: Run, claims: dict[str, Any], name: str) -> float | None:
    found = claims.get(name)
    run.check(isinstance(found, int | float), f"{name} is a number")
    return found if isinstance(found, int | float) else None


def id_token(
    run: Run,
    token: str,
    *,
    key_set: KeySet,
    issuer: str,
    client_id: str,
    nonce: str | None,
    fresh: bool = True,
) -> dict[str, Any]:
    """OpenID Connect Core 3.1.3.7, with the official suite's bounds. Returns the claims."""
    try:
        decoded = jwt.decode(token, key_set, algorithms=["RS256"])
    except (JoseError, ValueError) as error:
        run.need(False, f"the id_token's RS256 signature verifies: {error}")
        raise
    run.check(decoded.header.get("alg") == "RS256", "the id_token's alg is RS256")
    claims = dict(decoded.claims)
    now = run.now()
    run.check(claims.get("iss") == issuer, f"iss {claims.get('iss')!r} is the issuer {issuer!r}")
    aud = claims.get("aud")
    run.check(client_id in (aud if isinstance(aud, list) else [aud]), "aud has the client_id")
    if (exp := number(run, claims, "exp")) is not None:
        run.check(now - SKEW < exp < now + 50 * YEAR, "exp lies ahead, and not too far")
    if (iat := number(run, claims, "iat")) is not None:
        run.check(iat <= now + SKEW, "iat is not in the future")
        run.check(not fresh or iat >= now - SKEW, "iat is not older than five minutes")
    if "auth_time" in claims:
        good = isinstance(claims["auth_time"], int | float)
        run.check(good, "auth_time is a number")
        run.check(good and now - YEAR < claims["auth_time"] <= now + SKEW, "auth_time is sane")
    run.check(claims.get("acr") != "", "acr is not empty")
    run.check(claims.get("nonce") == nonce, f"nonce is {nonce!r}, not {claims.get('nonce')!r}")
    subject(run, claims)
    types(run, claims)
    return claims


def subject(run: Run, claims: dict[str, Any]) -> None:
    sub = claims.get("sub")
    good = isinstance(sub, str) and 0 < len(sub) <= 255 and sub.isascii() and sub.isprintable()
    run.check(good, "sub is there: at most 255 printable ASCII characters")


def types(run: Run, claims: dict[str, Any]) -> None:
    for name in claims.keys() & _TYPES.keys():
        value, wanted = claims[name], _TYPES[name]
        wrong = isinstance(value, bool) and wanted is not bool
        run.check(isinstance(value, wanted) and not wrong, f"{name} has the right JSON type")
        run.check(value != "", f"{name} is not empty")
    at = claims.get("updated_at")
    if isinstance(at, int | float):
        run.check(0 < at <= run.now() + SKEW, "updated_at is a time in seconds, not ahead")
    for member in ("_claim_names", "_claim_sources"):
        run.check(isinstance(claims.get(member, {}), dict), f"{member} is an object")


def unasked(run: Run, claims: dict[str, Any], where: str, *, asked: set[str]) -> None:
    """Standard claims that nobody asked for."""
    extra = (claims.keys() & STANDARD) - asked
    run.advise(not extra, f"{where} has no claims that were not asked for: {sorted(extra)}")


def random_enough(run: Run, text: str, what: str) -> None:
    """At least 128 bits long, Shannon entropy above 96 bits."""
    run.check(len(text) * 8 >= 128, f"{what} is at least 128 bits long")
    counts = Counter(text)
    entropy = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values()) * len(text)
    run.check(entropy > 96, f"{what} has an entropy above 96 bits")
    run.check(_VSCHARS.fullmatch(text), f"{what} has printable ASCII characters only")


def half_hash(value: str) -> str:
    """``at_hash`` and ``c_hash`` for RS256."""
    digest = hashlib.sha256(value.encode()).digest()
    return urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
