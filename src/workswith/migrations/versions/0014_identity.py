"""Who brought a home: its owner by sharing it, or a link of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0014_identity"
down_revision = "0013_webhooks"


def upgrade() -> None:
    op.add_column("plant_members", sa.Column("linked_from", sa.Text))
    op.execute(
        "UPDATE plant_members SET linked_from = "
        "(SELECT owner_id FROM plants WHERE plants.id = plant_members.plant_id) "
        "WHERE EXISTS (SELECT 1 FROM plants JOIN linked_account ON other_id = plants.owner_id "
        "WHERE plants.id = plant_members.plant_id "
        "AND linked_account.account_id = plant_members.account_id)"
    )
