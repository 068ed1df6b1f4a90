"""Second factors, passkeys, throttling, links to other accounts; languages; suspension."""

import sqlalchemy as sa
from alembic import op

revision = "0012_accounts"
down_revision = "0011_identity"


def upgrade() -> None:
    _columns()
    _second_factors()
    _links()


def _columns() -> None:
    op.add_column("account", sa.Column("language", sa.Text, nullable=False, server_default=""))
    op.add_column("account", sa.Column("suspended_at", sa.BigInteger))
    op.add_column("session", sa.Column("amr", sa.Text, nullable=False, server_default="pwd"))
    op.add_column("session", sa.Column("acr", sa.Text, nullable=False, server_default="1"))
    op.add_column("application", sa.Column("reason", sa.Text, nullable=False, server_default=""))


def _second_factors() -> None:
    account = sa.ForeignKey("account.id")
    op.create_table(
        "one_time_password",
        sa.Column("account_id", sa.Text, account, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("confirmed_at", sa.BigInteger),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("hash", sa.Text, primary_key=True),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("signatures", sa.BigInteger, nullable=False),
        sa.Column("kept", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
    )
    op.create_index("passkey_account", "passkey", ["account_id"])
    op.create_table(
        "challenge",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id")),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("challenge_account", "challenge", ["account_id", "purpose"])
    op.create_index("challenge_expiry", "challenge", ["expires_at"])
    op.create_table(
        "throttle",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("throttle_expiry", "throttle", ["expires_at"])


def _links() -> None:
    op.create_table(
        "federated_identity",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("federated_identity_account", "federated_identity", ["account_id"])
    op.create_table(
        "linked_account",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("app", sa.Text, primary_key=True),
        sa.Column("other_id", sa.Text, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("linked_at", sa.BigInteger, nullable=False),
    )
    op.create_index("linked_account_other", "linked_account", ["other_id"])
