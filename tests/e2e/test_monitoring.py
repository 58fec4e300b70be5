"""A process by itself notices what is amiss and leaves word for its owner; what broke in it can be looked up."""

import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from fakes.app_process import run_app
from fakes.sample_customers import create_customer
from sqlmodel import col, select

from models.billing.payments import ProviderEvent
from models.columns import utc_now
from models.messaging.deliveries import Delivery
from storage.db import Database
from storage.identity import people
from storage.migrate import upgrade


def soon(probe: Callable[[], bool], seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while not probe() and time.monotonic() < deadline:
        threading.Event().wait(0.1)
    return probe()


def test_a_process_that_serves_people_raises_alarms_and_writes_its_log_for_machines(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'house.db'}")
    upgrade(db)
    boss = create_customer(db, "4711", role="owner")
    long_ago = utc_now() - timedelta(minutes=16)
    with db.transaction() as session:
        people.get_or_create_address(session, boss.account.id, "4711", "")
        about = {"external_id": "evt_1", "kind": "invoice.paid", "object_id": "in_1", "run_after": utc_now()}
        session.add(ProviderEvent(tenant_id=boss.person.tenant_id, received_at=long_ago, **about))

    def told() -> list[str]:
        with db.read_transaction() as session:
            rows = session.exec(select(Delivery).where(col(Delivery.person_id) == boss.person.id)).all()
        return [row.content.paragraphs[0].key for row in rows]

    heartbeat = "http://127.0.0.1:1/ping"  # where nobody listens
    settings = {
        "DATABASE_URL": str(db.url),
        "MODE": "production",
        "ADMIN_IDS": "telegram:4711",
        "HEARTBEAT_URL": heartbeat,
    }
    with run_app(tmp_path, settings, ["web", "--port", "0"]) as web:
        web.wait_for_address()
        assert soon(lambda: "alert-payments" in told())
        web.wait_for_output("heartbeat-skipped")
        lines = [json.loads(line) for line in "".join(web.output).splitlines() if line.startswith("{")]
    assert told() == ["alert-payments"]
    assert "127.0.0.1:1" not in "".join(web.output)
    assert all({"event", "level", "timestamp"} <= set(line) for line in lines)
    db.close()
