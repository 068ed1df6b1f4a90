"""Real gateways: credentials, the order of their reports, their own names for modules."""

import sqlalchemy as sa
from alembic import op

revision = "0017_gateways"
down_revision = "0016_catalog"


def upgrade() -> None:
    op.create_table(
        "gateway_links",
        sa.Column(
            "gateway_id",
            sa.Text,
            sa.ForeignKey("gateways.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("state", sa.Text, nullable=False),
        # Counts its credentials; only the newest are good.
        _number("generation"),
        sa.Column("serial", sa.Text, nullable=False),
        _number("issued_at"),
        _number("expires_at"),
        # Its connection, the one whose end was told last, and when it was heard last.
        _text("connection"),
        _text("gone"),
        _number("heard_at"),
        # The stream of its reports: up to which all are applied.
        _number("session"),
        _number("seq"),
        _number("quarantined_until"),
    )
    op.create_index("gateway_links_heard", "gateway_links", ["heard_at"])
    op.create_table(
        "gateway_modules",
        _gateway(),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column(
            "module_id",
            sa.Text,
            sa.ForeignKey("modules.id", ondelete="CASCADE"),
            nullable=False,
            unique=True,
        ),
    )
    # Reports that came before the one that they follow.
    op.create_table(
        "gateway_inbox",
        _gateway(),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("report", sa.Text, nullable=False),
    )
    # Commands whose outcome is not known yet.
    op.create_table(
        "gateway_commands",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column(
            "module_id", sa.Text, sa.ForeignKey("modules.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("flow", sa.Text, nullable=False),
        _number("at"),
        _number("wait_ms"),
    )
    op.create_index("gateway_commands_module", "gateway_commands", ["module_id"])
    # Whose connection is to be cut; no foreign key, since it may outlive what it names.
    op.create_table("gateway_cuts", sa.Column("gateway_id", sa.Text, primary_key=True))
    # Certificates that ended before their time, for the list that brokers read.
    op.create_table(
        "gateway_revocations",
        sa.Column("serial", sa.Text, primary_key=True),
        _number("at"),
        _number("expires_at"),
    )


def _gateway() -> sa.Column[str]:
    return sa.Column(
        "gateway_id",
        sa.Text,
        sa.ForeignKey("gateway_links.gateway_id", ondelete="CASCADE"),
        primary_key=True,
    )


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")
