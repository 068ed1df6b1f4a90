"""What an operator can decide about accounts, applications and tokens."""

from typing import Annotated, Literal

from msgspec import Meta

from workswith.kernel.settings import Section


class Settings(Section, frozen=True):
    """The section ``[identity]``."""

    argon2_memory_kib: Annotated[
        int, Meta(ge=8, le=1_048_576, description="Memory of one password hash, KiB.")
    ] = 19_456
    argon2_rounds: Annotated[int, Meta(ge=1, le=100, description="Passes over that memory.")] = 2
    argon2_lanes: Annotated[int, Meta(ge=1, le=16, description="Lanes of one password hash.")] = 1
    password_threads: Annotated[
        int,
        Meta(
            ge=-1,
            le=256,
            description="Password hashes at the same time; 0 means one for every two cores, -1 that "
            "everything else waits for each, which only tests want.",
        ),
    ] = 0
    password_queue: Annotated[
        int,
        Meta(
            ge=1,
            le=100_000,
            description="Password hashes that may wait; who comes then is asked to try again.",
        ),
    ] = 64
    verify_link_hours: Annotated[
        int, Meta(ge=1, le=720, description="How long the link that verifies an e-mail works.")
    ] = 48
    reset_link_minutes: Annotated[
        int, Meta(ge=5, le=1440, description="How long the link of a lost password works.")
    ] = 60
    session_idle_hours: Annotated[
        int, Meta(ge=1, le=8760, description="A browser session ends after so long without use.")
    ] = 24
    session_days: Annotated[
        int, Meta(ge=1, le=365, description="A browser session ends after so long in any case.")
    ] = 30
    approve_applications: Annotated[
        Literal["automatic", "manual"],
        Meta(description="Whether new applications and scope changes wait for the operator."),
    ] = "automatic"
    applications_per_owner: Annotated[
        int, Meta(ge=1, le=10_000, description="Most applications of one account.")
    ] = 50
    secrets_per_application: Annotated[
        int, Meta(ge=1, le=100, description="Most secrets of one application at a time.")
    ] = 10
    secret_days: Annotated[
        int, Meta(ge=1, le=3650, description="How long a client secret works.")
    ] = 365
    code_seconds: Annotated[
        int, Meta(ge=10, le=600, description="How long an authorization code works.")
    ] = 60
    access_token_seconds: Annotated[
        int, Meta(ge=60, le=86_400, description="How long access and id tokens work.")
    ] = 3600
    refresh_token_days: Annotated[
        int, Meta(ge=1, le=365, description="A refresh token ends after so long without use.")
    ] = 90
    refresh_retry_seconds: Annotated[
        int,
        Meta(
            ge=0,
            le=300,
            description="How long the latest used refresh token may be sent again for the same "
            "answer, as long as that answer's token is unused.",
        ),
    ] = 60
    original_rotation_allowed: Annotated[
        bool,
        Meta(
            description="Whether an application may choose to rotate as the original did: earlier "
            "refresh tokens stay usable until their own end."
        ),
    ] = False
    refusals_per_minute: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            description="The same refresh token, refused so often within a minute, is answered "
            "with 429 until the minute is over; 0 means always asked anew.",
        ),
    ] = 10
    device_code_seconds: Annotated[
        int, Meta(ge=60, le=3600, description="How long the code that a device shows works.")
    ] = 900
    pushed_request_seconds: Annotated[
        int,
        Meta(ge=5, le=600, description="How soon a pushed authorization request has to be opened."),
    ] = 90
    error_hints: Annotated[
        bool,
        Meta(description="Whether errors say in X-Error-Hint what to do, for sandboxes."),
    ] = False
    id_token_on_refresh: Annotated[
        bool, Meta(description="Whether a refresh answers with an id_token as well.")
    ] = True
    resource: Annotated[
        str, Meta(description="The audience of access tokens, and `resource` in token answers.")
    ] = "e5d31f0a-6a45-4e5c-8b0f-5f1a1f6a2c2b"
    tenant: Annotated[str, Meta(description="The tenant id (`tid`) in `profile_info`.")] = (
        "0b5c4f0e-5a0e-4f0b-9f53-6f2d6a1f7d10"
    )
    key_days: Annotated[
        int, Meta(ge=1, le=3650, description="How long a signing key signs before the next does.")
    ] = 90
    max_verified_tokens: Annotated[
        int,
        Meta(ge=0, le=10_000_000, description="Verified access tokens remembered per process."),
    ] = 20_000
    audit_days: Annotated[
        int, Meta(ge=30, le=36_500, description="How long the audit log remembers, in days.")
    ] = 730
    federation_issuer: Annotated[
        str,
        Meta(
            description="The company's OpenID Connect provider for its developers; empty for none."
        ),
    ] = ""
    federation_client_id: Annotated[str, Meta(description="Our client_id at that provider.")] = ""
    federation_client_secret: Annotated[
        str, Meta(description="Our client_secret at that provider.")
    ] = ""
    federation_label: Annotated[
        str, Meta(description="What the button of the company's sign-in says.")
    ] = "Sign in with your company"
    confirmation_minutes: Annotated[
        int,
        Meta(
            ge=1,
            le=60,
            description="How long a sign-in at the company's provider confirms changes of an account "
            "that has no password.",
        ),
    ] = 10
    federation_authorities: Annotated[
        tuple[str, ...],
        Meta(
            description="PEM files of further authorities that this provider's certificate may have."
        ),
    ] = ()
