"""Leases of updates, for accounts that several processes serve; the fingerprint of the secret key"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("update", sa.Column("owner", sa.String(), nullable=True))
    op.add_column("update", sa.Column("leased_until", MOMENT, nullable=True))
    op.create_table(
        "key_fingerprint",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
