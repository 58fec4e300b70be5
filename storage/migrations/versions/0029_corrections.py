"""Corrected words: the texts of lines that were asked for, so that those of a later answer come on top"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("transcript", sa.Column("line_texts", JSON, nullable=True))


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
