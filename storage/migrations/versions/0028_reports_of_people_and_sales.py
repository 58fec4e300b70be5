"""Rollups of the people who were active, and of sales; indexes of the ledger by tenant and time, and of ended jobs with their status"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.indexes import create_index, drop_index

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # before the tables: an index is built outside a transaction, and what was committed before it would be there again
    create_index("ledger_transaction_tenant", "ledger_transaction", ["tenant_id", "created_at"])
    drop_index("ix_ledger_transaction_tenant_id", "ledger_transaction")
    create_index("job_finished", "job", ["finished_at"], include=["tenant_id", "status"])
    drop_index("ix_job_finished_at", "job")
    create_index("repayment_decided", "repayment", ["tenant_id", "decided_at"])
    _create_activity_tables()
    _create_sales_tables()


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")


def _create_activity_tables() -> None:
    op.create_table(
        "report_progress",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "person_activity",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_index("ix_person_activity_tenant_id", "person_activity", ["tenant_id"])
    op.create_table(
        "activity_rollup",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "hour"),
    )


def _create_sales_tables() -> None:
    op.create_table(
        "sales_rollup",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("sales", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "hour", "item", "currency"),
    )
    op.create_table(
        "sold_credit_rollup",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "hour"),
    )
