"""Indexes by tenant and time for reports, and those by which a business is written to, and erased"""

from storage.migrations.indexes import create_index, drop_index

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

IS_SOLD = "kind = 'grant' AND (key LIKE 'grant:cs_%' OR key LIKE 'grant:stars:%' OR key LIKE 'invoice:%')"


def upgrade() -> None:
    create_index("job_ended", "job", ["tenant_id", "finished_at"], include=["status"])
    create_index("job_created", "job", ["tenant_id", "created_at"], include=["person_id"])
    create_index("job_parent", "job", ["parent_id"], where="parent_id IS NOT NULL")
    create_index("person_created", "person", ["tenant_id", "created_at"], where="merged_into_id IS NULL")
    create_index("address_account", "address", ["account_id", "id"])
    drop_index("ix_address_account_id", "address")
    create_index("update_account", "update", ["account_id", "received_at"])
    drop_index("ix_update_account_id", "update")
    create_index("update_received", "update", ["received_at"], include=["account_id"])
    create_index("ledger_transaction_created", "ledger_transaction", ["created_at"])
    create_index("ledger_transaction_sold", "ledger_transaction", ["tenant_id", "created_at"], where=IS_SOLD)
    create_index("ix_ledger_posting_tenant_id", "ledger_posting", ["tenant_id"])
    create_index("purchase_decided", "purchase", ["tenant_id", "decided_at"])
    create_index("purchase_totals", "purchase", ["provider", "status", "currency"], include=["amount"])
    create_index("purchase_failed", "purchase", ["decided_at"], where="status = 'failed'")
    create_index("provider_event_kind", "provider_event", ["kind"])


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")
