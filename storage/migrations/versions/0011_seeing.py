"""What broke, what was last seen of services and disks, where alerts go, and the request a job came from"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("job", sa.Column("request", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "fault",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for column in ("request", "job", "at"):
        op.create_index(f"ix_fault_{column}", "fault", [column])
    op.create_table(
        "reading",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("about", JSON, nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "alert_place",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.PrimaryKeyConstraint("kind"),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
