"""Businesses that are run, limited, paused and removed; maintenance, and news to everybody"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ERASED = "SELECT 1 FROM tenant WHERE id = OLD.tenant_id AND erasing_at IS NOT NULL"
BOOKS = ("ledger_transaction", "ledger_posting")


def upgrade() -> None:
    _tenants()
    op.create_table(
        "maintenance",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("cursor", sa.Uuid(), nullable=True),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_broadcast_tenant_id", "broadcast", ["tenant_id"])
    op.create_index("ix_broadcast_status", "broadcast", ["status"])
    op.add_column("delivery", sa.Column("broadcast_id", sa.Uuid(), nullable=True))
    op.create_index("ix_delivery_broadcast_id", "delivery", ["broadcast_id"])
    _let_books_go_with_their_tenant()


def downgrade() -> None:
    raise NotImplementedError("migrations run forward; go back with a backup")


def _tenants() -> None:
    columns = (
        sa.Column("pause", sa.String(), nullable=False, server_default=""),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("invitation", sa.String(), nullable=True),
        sa.Column("invited_until", MOMENT, nullable=True),
        sa.Column("limits", JSON, nullable=False, server_default="{}"),
        sa.Column("covered_at", MOMENT, nullable=True),
        sa.Column("remove_at", MOMENT, nullable=True),
        sa.Column("erasing_at", MOMENT, nullable=True),
    )
    for column in columns:
        op.add_column("tenant", column)
    op.create_index("ix_tenant_owner_id", "tenant", ["owner_id"])


def _let_books_go_with_their_tenant() -> None:
    """The books of a tenant may be deleted while it is erased, and never else."""
    if op.get_bind().dialect.name == "sqlite":
        for table in BOOKS:
            op.execute(f"DROP TRIGGER {table}_no_delete")
            op.execute(
                f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT EXISTS "
                f"({ERASED}) BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION ledger_goes_with_its_tenant() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF EXISTS ({ERASED}) "
        "THEN RETURN OLD; END IF; RAISE EXCEPTION 'the ledger is append-only'; END $$"
    )
    for table in BOOKS:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION ledger_goes_with_its_tenant()"
        )
