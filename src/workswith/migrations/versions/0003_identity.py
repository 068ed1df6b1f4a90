"""Accounts, sessions, applications, consents, codes, token families, signing keys, audit."""

import sqlalchemy as sa
from alembic import op

from workswith.migrations.columns import counted_id

revision = "0003_identity"
down_revision = "0002_catalog"


def upgrade() -> None:
    _people()
    _applications()
    _grants()
    _keys_and_audit()


def _people() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("first_name", sa.Text, nullable=False),
        sa.Column("surname", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("verified_at", sa.BigInteger),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_index("account_email", "account", ["email"], unique=True)
    op.create_table(
        "mail_link",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id")),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_index("mail_link_account", "mail_link", ["account_id", "purpose"])
    op.create_index("mail_link_expiry", "mail_link", ["expires_at"])
    op.create_table(
        "session",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("auth_time", sa.BigInteger, nullable=False),
        sa.Column("csrf_secret", sa.Text, nullable=False),
        sa.Column("user_agent", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_index("session_account", "session", ["account_id"])
    op.create_index("session_expiry", "session", ["expires_at"])


def _applications() -> None:
    op.create_table(
        "application",
        sa.Column("client_id", sa.Text, primary_key=True),
        sa.Column("owner_id", sa.Text, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("vendor", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("reply_urls", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("scopes_version", sa.BigInteger, nullable=False),
        sa.Column("requested_scopes", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("pkce", sa.Text, nullable=False),
        sa.Column("logo_type", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("deleted_at", sa.BigInteger),
    )
    op.create_index("application_owner", "application", ["owner_id", "created_at"])
    op.create_table(
        "application_logo",
        sa.Column("client_id", sa.Text, sa.ForeignKey("application.client_id"), primary_key=True),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "application_secret",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("client_id", sa.Text, sa.ForeignKey("application.client_id"), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
    )
    op.create_index("application_secret_client", "application_secret", ["client_id"])


def _grants() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("client_id", sa.Text, sa.ForeignKey("application.client_id"), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("scopes_version", sa.BigInteger, nullable=False),
        sa.Column("granted_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_index("consent_pair", "consent", ["account_id", "client_id"], unique=True)
    op.create_index("consent_client", "consent", ["client_id"])
    op.create_table(
        "authorization_code",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("consent_id", sa.Text, sa.ForeignKey("consent.id"), nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("challenge", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text),
        sa.Column("asked", sa.Text),
        sa.Column("auth_time", sa.BigInteger, nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.Column("family_id", sa.Text),
    )
    op.create_index("authorization_code_expiry", "authorization_code", ["expires_at"])
    op.create_table(
        "token_family",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("consent_id", sa.Text, sa.ForeignKey("consent.id"), nullable=False),
        sa.Column("asked", sa.Text),
        sa.Column("auth_time", sa.BigInteger, nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("rotated_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("revoked_for", sa.Text),
    )
    op.create_index("token_family_consent", "token_family", ["consent_id"])
    op.create_index("token_family_expiry", "token_family", ["expires_at"])


def _keys_and_audit() -> None:
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    # One key signs, whatever two processes do at the same moment.
    for state in ("current", "next"):
        op.create_index(
            f"signing_key_one_{state}",
            "signing_key",
            ["state"],
            unique=True,
            sqlite_where=sa.text(f"state = '{state}'"),
            postgresql_where=sa.text(f"state = '{state}'"),
        )
    op.create_table(
        "audit",
        counted_id(),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_account", "audit", ["account_id", "id"])
    op.create_index("audit_client", "audit", ["client_id", "id"])
