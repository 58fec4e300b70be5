"""Whether others read along at an address, so that nobody's money is spoken of there; credits beyond a plan's"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("address", sa.Column("in_group", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Telegram's groups have negative ids, people positive ones
    op.execute(
        "UPDATE address SET in_group = true WHERE chat LIKE '-%' AND account_id IN "
        "(SELECT id FROM account WHERE channel = 'telegram')"
    )
    op.add_column("overage", sa.Column("checked_at", MOMENT, nullable=True))
    op.create_index("overage_due", "overage", ["tenant_id", "status"])


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
