"""How many jobs of a person run at once, and the index by which turns are given"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("at_once", sa.Integer(), nullable=True))
    op.create_index("ix_job_started_at", "job", ["started_at"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
