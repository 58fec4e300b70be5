"""Indexes of the few rows among many: merged people, those with a role, progress messages to be updated"""

from storage.migrations.indexes import create_index

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index("person_merged", "person", ["merged_into_id"], where="merged_into_id IS NOT NULL")
    create_index("person_role", "person", ["tenant_id"], where="role IS NOT NULL")
    create_index(
        "job_progress",
        "job",
        ["status_delivery_id"],
        where="status_closed IS false AND status_delivery_id IS NOT NULL",
        sqlite_where="status_closed IS 0 AND status_delivery_id IS NOT NULL",
    )
    create_index("job_unfinished", "job", ["tenant_id", "status"], where="finished_at IS NULL")
    create_index("update_unhandled", "update", ["received_at"], where="handled_at IS NULL", include=["account_id"])


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
