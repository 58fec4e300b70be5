"""A process by itself, as in production: it looks after its disk, notices what is amiss, leaves word for its owner and
writes down what broke in it.
"""

import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.app_process import AppProcess, run_app
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from sqlmodel import col, select

from models.billing.payments import ProviderEvent
from models.columns import utc_now
from models.jobs.job import JobStatus
from models.messaging.deliveries import Delivery
from storage.db import Database
from storage.identity import people
from storage.migrate import upgrade

TOKEN = "a token of whoever reads the figures"


@dataclass
class WebServer:
    """The web server by itself, what was left on its disk, its database, and who is to be told."""

    web: AppProcess
    left: Path
    db: Database
    owner: SampleCustomer

    def told(self) -> list[str]:
        with self.db.read_transaction() as session:
            rows = session.exec(select(Delivery).where(col(Delivery.person_id) == self.owner.person.id)).all()
        return [row.content.paragraphs[0].key for row in rows]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    folder = tmp_path_factory.mktemp("server")
    db = Database(f"sqlite:///{folder / 'monitored.db'}")
    upgrade(db)
    owner = create_customer(db, "4711", role="owner")
    long_ago = utc_now() - timedelta(minutes=16)
    with db.transaction() as session:
        people.get_or_create_address(session, owner.account.id, "4711", "")
        about = {"external_id": "evt_1", "kind": "invoice.paid", "object_id": "in_1", "run_after": utc_now()}
        add_job(session, owner, long_ago, kind="sketch", status=JobStatus.DONE, finished_at=long_ago)
        session.add(ProviderEvent(tenant_id=owner.person.tenant_id, received_at=long_ago, **about))
    left = folder / "data" / "passing" / "left"
    left.mkdir(parents=True)
    os.utime(left, times=(time.time() - 2 * 86400,) * 2)
    settings = {
        "DATABASE_URL": str(db.url),
        "MODE": "production",
        "METRICS_TOKEN": TOKEN,
        "ADMIN_IDS": "telegram:4711",
        "HEARTBEAT_URL": "http://127.0.0.1:1/ping",  # where nobody listens
        "SWEEP_SECONDS": "0.1",
    }
    with run_app(folder, settings, ["web", "--port", "0"]) as web:
        web.wait_for_address()
        yield WebServer(web, left, db, owner)
    db.close()
    assert "127.0.0.1:1" not in "".join(web.output)


def soon(probe: Callable[[], bool], seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while not probe() and time.monotonic() < deadline:
        threading.Event().wait(0.1)
    return probe()


def test_a_process_without_workers_looks_after_its_disk(server: WebServer) -> None:
    assert soon(lambda: not server.left.exists(), 20)


def test_a_process_in_production_tells_what_was_made(server: WebServer) -> None:
    address = f"{server.web.wait_for_address()}/metrics"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(address, timeout=10)
    bearer = urllib.request.Request(address, headers={"authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(bearer, timeout=10) as answer:
        assert 'rabisco_jobs_total{kind="sketch",outcome="done"} 1.0' in answer.read().decode()


def test_a_process_that_serves_people_raises_alarms_and_writes_its_log_for_machines(server: WebServer) -> None:
    assert soon(lambda: "alert-payments" in server.told())
    server.web.wait_for_output("heartbeat-skipped")
    lines = [json.loads(line) for line in "".join(server.web.output).splitlines() if line.startswith("{")]
    assert server.told() == ["alert-payments"]
    assert all({"event", "level", "timestamp"} <= set(line) for line in lines)
