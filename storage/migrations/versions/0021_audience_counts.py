"""Audiences of broadcasts, counted ahead where that takes long"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audience_count",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("unsolicited_forbidden", sa.Integer(), nullable=False),
        sa.Column("unreachable", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("tenant_id"),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
