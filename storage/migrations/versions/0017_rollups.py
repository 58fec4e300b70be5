"""Hourly rollups of jobs, credits and updates, and totals of them for metrics"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_hourly_tables()
    _create_totals()


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")


def _create_hourly_tables() -> None:
    op.create_table(
        "rollup_progress",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    _create_job_rollup()
    op.create_table(
        "credit_rollup",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "hour", "kind"),
    )
    op.create_table(
        "update_rollup",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("updates", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("account_id", "hour"),
    )


def _create_job_rollup() -> None:
    op.create_table(
        "job_rollup",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("jobs", sa.BigInteger(), nullable=False),
        sa.Column("cpu_seconds", sa.Float(), nullable=False),
        sa.Column("provider_seconds", sa.Float(), nullable=False),
        sa.Column("provider_cost", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "hour", "kind", "status"),
    )


def _create_totals() -> None:
    op.create_table(
        "job_total",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("jobs", sa.BigInteger(), nullable=False),
        sa.Column("cpu_seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "status"),
    )
    op.create_table(
        "duration_total",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("bounds", JSON, nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("jobs", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "stage"),
    )
