"""Tokens that a chat model read and wrote for a job, beside the seconds that were heard"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("prompt_tokens", "completion_tokens"):
        op.add_column("job", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        op.add_column("job_rollup", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
