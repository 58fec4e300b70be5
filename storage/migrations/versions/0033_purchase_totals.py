"""Totals of purchases by provider, status and currency, so that metrics do not count all of them at each scrape"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.indexes import create_index, drop_index

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    drop_index("purchase_totals", "purchase")
    create_index(
        "purchase_totals", "purchase", ["decided_at"], include=["provider", "status", "currency", "amount"]
    )
    op.create_table(
        "purchase_total",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("purchases", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "status", "currency"),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
