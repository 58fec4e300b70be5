"""Caption styles and brand kits of tenants, brand kits of persons"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "tenant_style",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "name"),
    )
    op.create_table(
        "brand_kit",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("font", sa.String(), nullable=True),
        sa.Column("colour", sa.String(), nullable=True),
        sa.Column("second_colour", sa.String(), nullable=True),
        sa.Column("logo_file_id", sa.Uuid(), nullable=True),
        sa.Column("logo_corner", sa.String(), nullable=False),
        sa.Column("logo_size", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.ForeignKeyConstraint(["logo_file_id"], ["stored_file.id"]),
        sa.PrimaryKeyConstraint("owner_id"),
    )
    op.create_index("ix_brand_kit_tenant_id", "brand_kit", ["tenant_id"])
    op.create_index("ix_brand_kit_logo_file_id", "brand_kit", ["logo_file_id"])


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
