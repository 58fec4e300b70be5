"""What is cut out of a result: the parts of the input, in seconds, that are not in an output"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json_type = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("job_output", sa.Column("cuts", json_type, nullable=True))


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
