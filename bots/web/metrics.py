"""Figures for Prometheus, read from the database when they are asked for."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlmodel import Session
from starlette.responses import Response

from bots.billing.inbox import DRIFT
from storage import figures, provider_events, whatsapp
from storage.db import Database

BOUNDS = (1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)  # seconds
WORKER_SILENCE = timedelta(seconds=60)


class HouseCollector(Collector):
    """Everything the database knows about the work; so the figures are the same whichever process is asked."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def describe(self) -> Iterable[Metric]:
        return ()  # registering must not need the database

    def collect(self) -> Iterator[Metric]:
        with self._db.reading() as session:
            yield from self._gauges(session)
            yield from _jobs(figures.outcomes(session))
            yield _durations(figures.durations(session, BOUNDS))
            yield _deliveries(figures.deliveries(session))
            yield _numbers(whatsapp.counts(session))
            yield _drift(session)

    def _gauges(self, session: Session) -> Iterator[Metric]:
        now = self._db.clock()
        queued, owed = figures.queued(session, now), figures.owed(session, now)
        readings = {
            "queue_jobs": ("Jobs that wait for a worker", queued.count),
            "queue_oldest_seconds": ("How long the oldest of them has waited", queued.oldest_seconds),
            "running_jobs": ("Jobs that a worker has in hand", figures.running(session)),
            "workers": ("Workers seen in the last minute", figures.workers_seen(session, now - WORKER_SILENCE)),
            "provider_events": (
                "News of the payment provider that are not handled yet",
                provider_events.waiting(session),
            ),
            "outbox_oldest_seconds": ("How long the oldest unsent message has waited", owed.oldest_seconds),
        }
        for name, (help_text, value) in readings.items():
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


def _deliveries(by_status: dict[str, int]) -> Metric:
    family = GaugeMetricFamily("rabisco_deliveries", "Messages of the outbox", labels=["status"])
    for status, count in by_status.items():
        family.add_metric([status], count)
    return family


def _numbers(by_state: dict[str, int]) -> Metric:
    family = GaugeMetricFamily("rabisco_whatsapp_numbers", "Numbers on WhatsApp", labels=["state"])
    for state, count in by_state.items():
        family.add_metric([state], count)
    return family
