"""Indexes in the order in which rows expire"""

from storage.migrations.indexes import create_index, drop_index

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index("media_expiring", "media", ["expires_at"], where="file_id IS NOT NULL")
    drop_index("ix_media_expires_at", "media")
    create_index("delivery_sent", "delivery", ["sent_at"], where="status = 'sent'")
    create_index("delivery_dropped", "delivery", ["created_at"], where="status = 'dropped'")
    create_index("page_message_created", "page_message", ["created_at"])


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
