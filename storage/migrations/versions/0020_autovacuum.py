"""PostgreSQL vacuums and analyzes tables with queues after so many changes, not after a fifth of all rows has changed"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SETTINGS = (
    "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, "
    "autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000, "
    "autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ("job", "delivery", '"update"', "media"):
            op.execute(f"ALTER TABLE {table} SET ({SETTINGS})")


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
