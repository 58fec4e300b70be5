"""Sign-in codes for the browser that asked for one; credits of invitations that are granted later"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("sign_code", sa.Column("requester", sa.String(), nullable=True))
    op.add_column("person", sa.Column("network", sa.String(), nullable=True))
    op.add_column("bonus_use", sa.Column("granted_at", MOMENT, nullable=True))
    op.add_column("bonus_use", sa.Column("network", sa.String(), nullable=True))
    op.add_column("bonus_use", sa.Column("inviter_credits", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE bonus_use SET granted_at = used_at")  # until now they were granted at once


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
