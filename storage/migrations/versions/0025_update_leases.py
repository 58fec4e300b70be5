"""Leases of updates, for accounts that several processes serve"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("update", sa.Column("owner", sa.String(), nullable=True))
    op.add_column("update", sa.Column("leased_until", MOMENT, nullable=True))


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
