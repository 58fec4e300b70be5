"""What a business has in hand at its worst hour: messages that wait to be sent, and a broadcast half way through."""

from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlmodel import Session

from models.identity.people import Account
from models.messaging.broadcasts import Broadcast, BroadcastStatus
from storage.messaging import broadcasts
from tools.scale.fill import Size

PENDING: Final = 50_000  # messages
BROADCAST_SENT: Final = 100_000
BROADCAST_QUEUED: Final = 75  # of its messages, beside those: it is to enqueue those of one second

ADD_DELIVERIES: Final = """
INSERT INTO delivery (account_id, address_id, person_id, cause, part, broadcast_id, message, status, attempts, fence,
                      run_after, external_id, created_at, sent_at)
SELECT :account, a.id, p.id, :cause, a.chat, CAST(:broadcast AS uuid), '{"paragraphs": []}', CAST(:status AS varchar),
       0, 0, CAST(:now AS timestamptz), NULL, CAST(:now AS timestamptz),
       CASE WHEN CAST(:status AS varchar) = 'sent' THEN CAST(:now AS timestamptz) END
FROM address a JOIN person p ON p.tenant_id = :tenant AND p.channel = 'memory' AND p.external_id = a.chat
WHERE a.account_id = :account ORDER BY a.id LIMIT :number
"""

ADD_JOBS: Final = """
INSERT INTO job (id, tenant_id, person_id, address_id, kind, status, parameters, paid, credits, request, status_closed,
                 attempts, fence, run_after, wake_at, stage, progress, code_values, cpu_seconds, provider_seconds,
                 provider_cost, received_at, created_at)
SELECT gen_random_uuid(), p.tenant_id, p.id, a.id, 'sketch', 'queued', '{}', p.external_id LIKE '%5', 1, '', false,
       0, 0, t, t, 'waiting', 0, '{}', 0, 0, 0, t, t
FROM address a JOIN account c ON c.id = a.account_id
JOIN person p ON p.tenant_id = c.tenant_id AND p.channel = c.channel AND p.external_id = a.chat,
LATERAL (SELECT CAST(:now AS timestamptz) - random() * interval '10 minutes') times(t)
ORDER BY a.id LIMIT :number
"""
ENTER_QUEUE: Final = (
    """
INSERT INTO queued_person (person_id, paid, tenant_id, served_at, waiting_since)
SELECT person_id, paid, tenant_id, '1970-01-01', min(created_at) FROM job
WHERE status = 'queued' AND started_at IS NULL GROUP BY 1, 2, 3 ON CONFLICT DO NOTHING""",
    """
INSERT INTO queued_tenant (tenant_id, served_at, waiting_since)
SELECT tenant_id, '1970-01-01', min(waiting_since) FROM queued_person GROUP BY 1 ON CONFLICT DO NOTHING""",
)


def add_queued_jobs(session: Session, number: int, now: object) -> None:
    """A job for each of many people of all tenants, within minutes: no statistics know of them yet."""
    session.connection().execute(text(ADD_JOBS), {"number": number, "now": now})
    for statement in ENTER_QUEUE:
        session.connection().execute(text(statement))


def add_pending_deliveries(session: Session, account: Account, size: Size, now: object) -> None:
    """A message for each of many chats, as after an hour without the messenger."""
    values = {
        "cause": f"pending:{uuid4()}",
        "status": "pending",
        "number": min(PENDING, size.people // 2),
        "broadcast": None,
    }
    _add_deliveries(session, account, values, now)


def begin_broadcast(
    session: Session, account: Account, author: tuple[UUID, UUID], size: Size, now: object
) -> Broadcast:
    """A broadcast that was sent to many, with some messages in the outbox. `author` is a person and an address."""
    person_id, address_id = author
    row = Broadcast(id=uuid4(), tenant_id=account.tenant_id, person_id=person_id, address_id=address_id, text="News")
    row.status, row.started_at = BroadcastStatus.SENDING, now  # type: ignore[assignment]
    broadcasts.save_draft(session, row)
    sent = min(BROADCAST_SENT, size.people // 3)
    for status, number in (("sent", sent), ("pending", BROADCAST_QUEUED)):
        values = {"cause": f"{status}:{row.id}", "status": status, "number": number, "broadcast": row.id}
        _add_deliveries(session, account, values, now)
    return row


def _add_deliveries(session: Session, account: Account, values: dict[str, object], now: object) -> None:
    owner = {"account": account.id, "tenant": account.tenant_id, "now": now}
    session.connection().execute(text(ADD_DELIVERIES), owner | values)
