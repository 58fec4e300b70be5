import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.clock import NOON
from fakes.page_client import open_page_client
from fakes.world.web import WebApp, open_web_app
from prometheus_client.parser import text_string_to_metric_families

from bots.core.operations.health_checks import HealthThresholds
from bots.web.app import create_app
from models.billing.payments import ProviderEvent, Purchase
from models.identity.people import Address, Person
from models.jobs.job import Job, JobStatus, WorkerRow
from models.messaging.deliveries import Delivery
from models.messaging.updates import Update
from storage.db import Database
from storage.operations import health_readings


@pytest.fixture
def house(sqlite: Database, tmp_path: Path) -> WebApp:
    sqlite.clock = lambda: NOON
    return open_web_app(tmp_path, sqlite, thresholds=HealthThresholds(free_disk=0, cache_seconds=0))


def ago(seconds: float) -> datetime:
    return NOON - timedelta(seconds=seconds)


class Floor:
    """Puts rows where the figures are read from."""

    def __init__(self, house: WebApp) -> None:
        self.house = house
        self.person = Person(tenant_id=house.account.tenant_id, channel="page", external_id="owner")
        self.address = Address(account_id=house.account.id, chat="page")
        self.put(self.person, self.address)

    def put(self, *rows: Any) -> None:
        with self.house.db.transaction() as session:
            for row in rows:
                session.add(row)
                session.flush()

    def job(self, status: JobStatus, kind: str = "sketch", **fields: Any) -> None:
        tenant = self.house.account.tenant_id
        given = {"parameters": {}, "run_after": ago(0), **fields}
        ids = {"tenant_id": tenant, "person_id": self.person.id, "address_id": self.address.id}
        self.put(Job(kind=kind, status=status, **ids, **given))

    def film(self, waited: float, worked: float, kind: str = "sketch") -> None:
        start = ago(1000)
        times = {"received_at": start, "started_at": start + timedelta(seconds=waited)}
        self.job(
            JobStatus.DONE, kind, **times, finished_at=start + timedelta(seconds=waited + worked), cpu_seconds=worked
        )

    def owed(self, seconds: float, status: str = "pending") -> None:
        ids = {"account_id": self.house.account.id, "address_id": self.address.id, "person_id": self.person.id}
        row = Delivery(**ids, cause=uuid.uuid4().hex, message={}, status=status, created_at=ago(seconds))
        self.put(row)


async def deep(house: WebApp) -> tuple[int, dict[str, Any]]:
    async with open_page_client(house.app) as client:
        answer = await client.http.get("/health/deep")
        return answer.status_code, answer.json()


async def metrics(house: WebApp) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    async with open_page_client(house.app) as client:
        answer = await client.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


async def test_health_is_one_word(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        answer = await client.http.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_a_house_with_a_worker_is_well(house: WebApp) -> None:
    Floor(house).put(WorkerRow(name="w1", seen_at=ago(5)))
    status, told = await deep(house)
    assert (status, told["status"]) == (200, "ok")
    assert told["checks"]["database"] == {"ok": True}
    assert told["checks"]["queue"] == {"ok": True, "queued": 0, "oldest_seconds": 0.0}
    assert told["checks"]["workers"] == {"ok": True, "seen": 1}
    assert told["checks"]["disk"]["free_bytes"] > 0


async def test_a_house_whose_worker_fell_silent_is_degraded(house: WebApp) -> None:
    Floor(house).put(WorkerRow(name="w1", seen_at=ago(61)))
    status, told = await deep(house)
    assert (status, told["status"]) == (503, "degraded")
    assert told["checks"]["workers"] == {"ok": False, "seen": 0}
    assert told["checks"]["database"]["ok"]


async def test_a_job_that_waits_too_long_is_noticed_but_not_one_that_is_to_be_tried_later(house: WebApp) -> None:
    floor = Floor(house)
    floor.put(WorkerRow(name="w1", seen_at=NOON))
    floor.job(JobStatus.QUEUED, run_after=ago(-600))
    floor.job(JobStatus.RUNNING, run_after=ago(5000))
    assert (await deep(house))[0] == 200
    floor.job(JobStatus.QUEUED, run_after=ago(1000))
    status, told = await deep(house)
    assert status == 503
    assert told["checks"]["queue"] == {"ok": False, "queued": 1, "oldest_seconds": 1000.0}


@pytest.mark.parametrize(("seconds", "is_ok"), [(600, True), (601, False)])
async def test_a_message_that_waits_to_be_sent_for_longer_than_ten_minutes_is_noticed(
    house: WebApp, seconds: int, is_ok: bool
) -> None:
    Floor(house).owed(seconds)
    _, told = await deep(house)
    assert told["checks"]["outbox"] == {"ok": is_ok, "owed": 1, "oldest_seconds": float(seconds)}


@pytest.mark.parametrize(("seconds", "is_ok"), [(300, True), (301, False)])
async def test_a_job_that_waits_for_longer_than_five_minutes_is_noticed(
    house: WebApp, seconds: int, is_ok: bool
) -> None:
    Floor(house).job(JobStatus.QUEUED, run_after=ago(seconds))
    _, told = await deep(house)
    assert told["checks"]["queue"]["ok"] == is_ok


async def test_a_full_disk_is_noticed(tmp_path: Path, sqlite: Database) -> None:
    house = open_web_app(tmp_path, sqlite, thresholds=HealthThresholds(free_disk=1 << 60))
    status, told = await deep(house)
    assert status == 503
    assert not told["checks"]["disk"]["ok"]


async def test_a_database_that_is_away_is_told_without_its_password(tmp_path: Path, sqlite: Database) -> None:
    house = open_web_app(tmp_path, sqlite)
    away = Database("postgresql://rabisco:hunter2@127.0.0.1:1/rabisco")
    async with open_page_client(create_app(replace(house.parts, db=away))) as client:
        answer = await client.http.get("/health/deep")
        assert (await client.http.get("/health")).status_code == 200
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == {"ok": False, "error": "OperationalError"}
    assert "hunter2" not in answer.text


async def test_a_check_of_others_is_told_too(tmp_path: Path, sqlite: Database) -> None:
    def redis() -> Mapping[str, Any]:
        raise ConnectionError("redis://:hunter2@redis")

    house = open_web_app(tmp_path, sqlite, checks={"redis": redis})
    _, told = await deep(house)
    assert told["checks"]["redis"] == {"ok": False, "error": "ConnectionError"}


async def test_metrics_of_an_empty_house_can_be_read(house: WebApp) -> None:
    told = await metrics(house)
    assert told["rabisco_queue_jobs", ()] == 0
    assert told["rabisco_workers", ()] == 0
    assert told["rabisco_deliveries", (("status", "pending"),)] == 0


async def test_metrics_count_what_is_there(house: WebApp) -> None:
    floor = Floor(house)
    floor.put(WorkerRow(name="w1", seen_at=ago(5)), WorkerRow(name="w2", seen_at=ago(300)))
    floor.job(JobStatus.QUEUED, run_after=ago(12))
    floor.job(JobStatus.QUEUED, run_after=ago(3))
    floor.job(JobStatus.RUNNING)
    floor.job(JobStatus.FAILED, "caption", cpu_seconds=2.5)
    floor.film(waited=2, worked=5.5)
    floor.film(waited=0.5, worked=20)
    floor.owed(7)
    floor.owed(70, "sent")
    told = await metrics(house)
    assert (told["rabisco_queue_jobs", ()], told["rabisco_queue_oldest_seconds", ()]) == (2, 12)
    assert (told["rabisco_running_jobs", ()], told["rabisco_workers", ()]) == (1, 1)
    assert told["rabisco_jobs_total", (("kind", "sketch"), ("outcome", "done"))] == 2
    assert told["rabisco_jobs_total", (("kind", "caption"), ("outcome", "failed"))] == 1
    assert told["rabisco_job_cpu_seconds_total", (("kind", "sketch"), ("outcome", "done"))] == 25.5
    assert told["rabisco_deliveries", (("status", "pending"),)] == 1
    assert ("rabisco_deliveries", (("status", "sent"),)) not in told
    assert told["rabisco_outbox_oldest_seconds", ()] == 7


async def test_metrics_tell_how_long_films_took_by_stage(house: WebApp) -> None:
    floor = Floor(house)
    floor.film(waited=2, worked=5.5)
    floor.film(waited=0.5, worked=20)
    told = await metrics(house)

    def within(stage: str, bound: str) -> float:
        return told["rabisco_job_seconds_bucket", (("kind", "sketch"), ("le", bound), ("stage", stage))]

    assert (within("waiting", "1.0"), within("waiting", "2.5")) == (1, 2)
    assert (within("working", "5.0"), within("working", "10.0"), within("working", "30.0")) == (0, 1, 2)
    assert (within("whole", "10.0"), within("whole", "+Inf")) == (1, 2)
    total = told["rabisco_job_seconds_sum", (("kind", "sketch"), ("stage", "whole"))]
    assert total == pytest.approx(28, abs=0.01)


async def test_metrics_tell_how_late_news_are_and_what_was_sold(house: WebApp) -> None:
    floor = Floor(house)
    tenant = house.account.tenant_id
    news = {"tenant_id": tenant, "kind": "invoice.paid", "object_id": "in_1"}
    floor.put(
        ProviderEvent(**news, external_id="evt_1", received_at=ago(90)),
        ProviderEvent(**news, external_id="evt_2", received_at=ago(900), handled_at=ago(890)),
        Update(account_id=house.account.id, external_id="u1", received_at=ago(40)),
        Update(account_id=house.account.id, external_id="u2", received_at=ago(400), handled_at=ago(399)),
        Update(account_id=house.account.id, external_id="u3", received_at=ago(400), attempts=4),
    )
    ids = {"tenant_id": tenant, "person_id": floor.person.id, "address_id": floor.address.id}
    bought = {"provider": "stripe", "item": "pack:100", "currency": "brl", "decided_at": ago(60)}
    for amount, status in ((990, "paid"), (1000, "paid"), (5000, "failed")):
        floor.put(Purchase(**ids, **bought, amount=amount, status=status))
    told = await metrics(house)
    assert told["rabisco_webhook_lag_seconds", (("source", "stripe"),)] == 90
    assert told["rabisco_webhook_lag_seconds", (("source", "updates"),)] == 40
    assert told["rabisco_revenue_total", (("currency", "brl"),)] == 1990
    assert told["rabisco_purchases", (("provider", "stripe"), ("status", "paid"))] == 2
    assert told["rabisco_purchases", (("provider", "stars"), ("status", "paid"))] == 0


async def test_metrics_tell_of_services_and_disks_that_were_seen_lately(house: WebApp) -> None:
    with house.db.transaction() as session:
        health_readings.save(session, "service:groq", ago(60), ok=False, status=401, seconds=0.5)
        health_readings.save(session, "service:stripe", ago(200), ok=True, seconds=0.1)
        health_readings.save(session, "disk:box-1", ago(15), ok=True, free=5_000_000_000, share=0.9)
    told = await metrics(house)
    assert told["rabisco_service_up", (("service", "groq"),)] == 0
    assert ("rabisco_service_up", (("service", "stripe"),)) not in told
    assert told["rabisco_disk_free_bytes", (("machine", "box-1"),)] == 5_000_000_000
    assert told["rabisco_disk_used_ratio", (("machine", "box-1"),)] == 0.9


async def test_metrics_tell_of_workers_that_are_missed(house: WebApp) -> None:
    floor = Floor(house)
    floor.put(WorkerRow(name="w1", started_at=ago(900), seen_at=ago(61)))
    floor.put(WorkerRow(name="w2", started_at=ago(900), seen_at=ago(1)))
    told = await metrics(house)
    assert (told["rabisco_workers", ()], told["rabisco_workers_missing", ()]) == (1, 1)
