"""Fair queue in rows for each person and tenant; indexes of the jobs that wait or run"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.indexes import create_index, drop_index

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NEVER = "'1970-01-01 00:00:00+00:00'"
FRESH = "status = 'queued' AND started_at IS NULL"


def upgrade() -> None:
    _create_tables()
    fresh = ["person_id", "paid", "created_at", "id"]
    create_index("job_fresh", "job", fresh, where=FRESH, include=["run_after", "kind"])
    create_index("job_restarted", "job", ["run_after"], where="status = 'queued' AND started_at IS NOT NULL")
    create_index("job_leased", "job", ["lease_until"], where="status = 'running'")
    create_index("job_running", "job", ["person_id", "lease_until"], where="status = 'running'")
    create_index("job_wake", "job", ["wake_at"], where="finished_at IS NULL")
    create_index("job_started", "job", ["person_id", "started_at"])
    create_index("job_starts", "job", ["started_at"], where="started_at IS NOT NULL")
    drop_index("ix_job_started_at", "job")
    drop_index("ix_job_person_id", "job")
    drop_index("job_runnable", "job")
    # those that wait already; what older processes submit meanwhile is put into the queue by the sweeper
    op.execute(
        "INSERT INTO queued_person (person_id, paid, tenant_id, served_at, waiting_since) "
        f"SELECT person_id, paid, tenant_id, {NEVER}, min(created_at) FROM job WHERE {FRESH} GROUP BY 1, 2, 3"
    )
    op.execute(
        "INSERT INTO queued_tenant (tenant_id, served_at, waiting_since) "
        f"SELECT tenant_id, {NEVER}, min(waiting_since) FROM queued_person GROUP BY 1"
    )


def _create_tables() -> None:
    op.create_table(
        "queued_person",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("person_id", "paid"),
    )
    turn = ["tenant_id", "paid", "served_at", "waiting_since", "person_id"]
    op.create_index("queued_person_turn", "queued_person", turn)
    op.create_index("queued_person_age", "queued_person", ["paid", "waiting_since"])
    op.create_index("queued_person_served", "queued_person", ["served_at"])
    op.create_table(
        "queued_tenant",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_index("queued_tenant_turn", "queued_tenant", ["served_at", "waiting_since", "tenant_id"])


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
