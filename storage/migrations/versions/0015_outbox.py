"""Indexes of the messages that are not sent yet, by account, chat and broadcast"""

from storage.migrations.indexes import UNSENT, create_index, drop_index

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index("delivery_unsent", "delivery", ["account_id", "id"], where=f"{UNSENT} AND broadcast_id IS NULL")
    create_index("delivery_unsent_chat", "delivery", ["address_id", "id"], where=UNSENT)
    create_index(
        "delivery_unsent_broadcast", "delivery", ["broadcast_id", "id"], where=f"{UNSENT} AND broadcast_id IS NOT NULL"
    )
    create_index("delivery_chat", "delivery", ["address_id", "id"])
    create_index("delivery_person", "delivery", ["person_id", "id"])
    drop_index("ix_delivery_address_id", "delivery")
    drop_index("delivery_due", "delivery")


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
