"""Figures for Prometheus, read from the database when they are asked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlmodel import Session
from starlette.responses import Response

from bots.billing.inbox import DRIFT
from bots.core.services import BEGIN, STALE
from storage import faults, figures, provider_events, readings, takings, updates, watching, whatsapp
from storage.db import Database

BOUNDS = (1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)  # seconds


class HouseCollector(Collector):
    """Everything the database knows about the work; so the figures are the same whichever process is asked."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def describe(self) -> Iterable[Metric]:
        return ()  # registering must not need the database

    def collect(self) -> Iterator[Metric]:
        with self._db.reading() as session:
            now = self._db.clock()
            yield from _gauges(session, now)
            yield from _jobs(figures.outcomes(session))
            yield _durations(figures.durations(session, BOUNDS))
            yield from _counted(session)
            yield from _lags(session, now)
            yield from _outside(session, now)
            yield _drift(session)


def _gauges(session: Session, now: datetime) -> Iterator[Metric]:
    seen, owed = watching.vitals(session, now), figures.owed(session, now)
    told = {
        "queue_jobs": ("Jobs that wait for a worker", seen.queued),
        "queue_oldest_seconds": ("How long the oldest of them has waited", seen.oldest),
        "running_jobs": ("Jobs that a worker has in hand", figures.running(session)),
        "workers": ("Workers seen in the last minute", seen.workers),
        "workers_missing": ("Workers that fell silent, and that no other stands in for", seen.gone),
        "sweepers_stalled": ("Workers and jobs no lost job is looked for of", seen.stalled),
        "provider_events": ("News of the payment provider not handled yet", provider_events.waiting(session)),
        "outbox_oldest_seconds": ("How long the oldest unsent message has waited", owed.oldest_seconds),
        "whatsapp_unseen": ("Numbers on WhatsApp that nobody runs", seen.unseen),
    }
    for name, (help_text, value) in told.items():
        yield GaugeMetricFamily(f"rabisco_{name}", help_text, value=value)


def metrics_routes(db: Database) -> APIRouter:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(HouseCollector(db))
    router = APIRouter()

    @router.get("/metrics")
    def metrics() -> Response:
        headers = {"content-type": CONTENT_TYPE_PLAIN_0_0_4, "cache-control": "no-store"}
        return Response(generate_latest(registry), headers=headers)

    return router


def _jobs(outcomes: Sequence[figures.Outcome]) -> Iterator[Metric]:
    ended = CounterMetricFamily("rabisco_jobs", "Jobs that came to an end", labels=["kind", "outcome"])
    cpu = CounterMetricFamily("rabisco_job_cpu_seconds", "CPU seconds they took", labels=["kind", "outcome"])
    for outcome in outcomes:
        ended.add_metric([outcome.kind, outcome.outcome], outcome.count)
        cpu.add_metric([outcome.kind, outcome.outcome], outcome.cpu_seconds)
    yield ended
    yield cpu


def _durations(found: Sequence[figures.Durations]) -> Metric:
    help_text = "How long films took: waiting for a worker, working, and the whole way from message to film"
    family = HistogramMetricFamily("rabisco_job_seconds", help_text, labels=["kind", "stage"])
    for one in found:
        buckets = [(str(bound), float(count)) for bound, count in zip(one.bounds, one.counts, strict=True)]
        family.add_metric([one.kind, one.stage], [*buckets, ("+Inf", float(one.count))], one.total)
    return family


def _drift(session: Session) -> Metric:
    help_text = "Payments that were not the same at the provider and in the books"
    return CounterMetricFamily("rabisco_billing_drift", help_text, value=provider_events.count(session, DRIFT))


def _counted(session: Session) -> Iterator[Metric]:
    """What is counted by one label or two."""
    deliveries, numbers = figures.deliveries(session), whatsapp.counts(session)
    yield _labelled(GaugeMetricFamily, "deliveries", "Messages of the outbox", ["status"], deliveries)
    yield _labelled(GaugeMetricFamily, "whatsapp_numbers", "Numbers on WhatsApp", ["state"], numbers)
    bought, revenue, broken = takings.by_status(session), takings.revenue(session), faults.totals(session)
    yield _labelled(GaugeMetricFamily, "purchases", "Purchases", ["provider", "status"], bought)
    yield _labelled(CounterMetricFamily, "revenue", "What was paid, in minor units", ["currency"], revenue)
    yield _labelled(GaugeMetricFamily, "faults", "What broke in the last month", ["event", "code"], broken)


def _lags(session: Session, now: datetime) -> Iterator[Metric]:
    late = {"stripe": provider_events.oldest(session, now), "updates": updates.oldest(session, now)}
    help_text = "How long the oldest news that came in has waited to be handled"
    yield _labelled(GaugeMetricFamily, "webhook_lag_seconds", help_text, ["source"], late)


def _outside(session: Session, now: datetime) -> Iterator[Metric]:
    """Services and disks, as they were seen lately."""
    fresh = readings.newest(session, since=now - STALE)
    services = {each.name.removeprefix(BEGIN): each for each in fresh if each.name.startswith(BEGIN)}
    disks = {each.name.partition(":")[2]: each for each in fresh if each.name.startswith("disk:")}
    up = {name: int(each.ok) for name, each in services.items()}
    slow = {name: each.about.get("seconds", 0) for name, each in services.items()}
    yield _labelled(GaugeMetricFamily, "service_up", "Whether a service answers", ["service"], up)
    yield _labelled(GaugeMetricFamily, "service_seconds", "How long its answer took", ["service"], slow)
    free = {name: each.about.get("free", 0) for name, each in disks.items()}
    used = {name: each.about.get("share", 0) for name, each in disks.items()}
    yield _labelled(GaugeMetricFamily, "disk_free_bytes", "Room on the disk of a machine", ["machine"], free)
    yield _labelled(GaugeMetricFamily, "disk_used_ratio", "Share of it in use", ["machine"], used)


def _labelled(
    family: type[GaugeMetricFamily | CounterMetricFamily],
    name: str,
    help_text: str,
    labels: Sequence[str],
    values: Mapping[Any, float],
) -> Metric:
    """A family of figures by the value of its label, or by those of its labels."""
    made = family(f"rabisco_{name}", help_text, labels=labels)
    for label, value in values.items():
        made.add_metric([label] if isinstance(label, str) else label, value)
    return made
