"""Numbers on WhatsApp, and what was uploaded there"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "whatsapp_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("jid", sa.String(), nullable=True),
        sa.Column("lid", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("qr", sa.String(), nullable=True),
        sa.Column("pair_code", sa.String(), nullable=True),
        sa.Column("shown_until", MOMENT, nullable=True),
        sa.Column("banned_until", MOMENT, nullable=True),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("pairing_asked_at", MOMENT, nullable=True),
        sa.Column("restart_asked_at", MOMENT, nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("first_online_at", MOMENT, nullable=True),
        sa.Column("online_at", MOMENT, nullable=True),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id"),
    )
    op.create_index("ix_whatsapp_session_tenant_id", "whatsapp_session", ["tenant_id"])
    op.create_table(
        "whatsapp_upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "key"),
    )
    op.create_index("ix_whatsapp_upload_account_id", "whatsapp_upload", ["account_id"])


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
