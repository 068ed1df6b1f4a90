"""More of OAuth: how a client proves itself, pushed requests, devices, logout, what went wrong."""

import sqlalchemy as sa
from alembic import op

from workswith.migrations.columns import counted_id

revision = "0011_identity"
down_revision = "0010_devices"


def upgrade() -> None:
    _applications()
    _grants()
    _logout()
    _requests()
    op.create_table(
        "account_profile",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("claims", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "token_refusal",
        sa.Column("client_id", sa.Text, primary_key=True),
        sa.Column("day", sa.BigInteger, primary_key=True),
        sa.Column("asked_for", sa.Text, primary_key=True),
        sa.Column("error", sa.Text, primary_key=True),
        sa.Column("detail", sa.Text, primary_key=True),
        sa.Column("times", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
    )


def _applications() -> None:
    text = ("jwks", "post_logout_urls", "logout_url")
    for name, default in (
        ("authentication", "secret"),
        ("rotation", "strict"),
        *((name, "") for name in text),
    ):
        op.add_column(
            "application", sa.Column(name, sa.Text, nullable=False, server_default=default)
        )
    op.add_column("application", sa.Column("retry_seconds", sa.BigInteger))


def _grants() -> None:
    for table in ("authorization_code", "token_family"):
        for name in ("session_id", "wanted"):
            op.add_column(table, sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.create_index("token_family_session", "token_family", ["session_id"])
    op.create_table(
        "device_grant",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("user_code_hash", sa.Text, nullable=False, unique=True),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("asked", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False, server_default=""),
        sa.Column("consent_id", sa.Text, nullable=False, server_default=""),
        sa.Column("session_id", sa.Text, nullable=False, server_default=""),
        sa.Column("auth_time", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("pause", sa.BigInteger, nullable=False),
        sa.Column("polled_at", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("device_grant_expiry", "device_grant", ["expires_at"])


def _logout() -> None:
    op.add_column("session", sa.Column("told_at", sa.BigInteger))
    untold = "revoked_at IS NOT NULL AND told_at IS NULL"
    op.create_index(
        "session_untold",
        "session",
        ["revoked_at"],
        sqlite_where=sa.text(untold),
        postgresql_where=sa.text(untold),
    )
    op.create_table(
        "logout_notice",
        counted_id(),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("client_id", "session_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("logout_notice_due", "logout_notice", ["due_at"])


def _requests() -> None:
    op.create_table(
        "pushed_request",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("opened_at", sa.BigInteger),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("pushed_request_expiry", "pushed_request", ["expires_at"])
    op.create_table(
        "used_assertion",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("used_assertion_expiry", "used_assertion", ["expires_at"])
