"""Words of a tenant that are heard as they are spelled; minutes that this machine has heard, beside those of the service"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("tenant", sa.Column("vocabulary", JSON, nullable=False, server_default="[]"))
    op.add_column("job", sa.Column("local_seconds", sa.Float(), nullable=False, server_default="0"))
    op.add_column("job_rollup", sa.Column("local_seconds", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
