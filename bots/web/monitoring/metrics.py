"""Prometheus metrics, read from the database at each scrape."""

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

from bots.billing.webhooks.events import DRIFT_EVENT
from bots.core.operations.upstream_checks import READING_PREFIX, STALE_AGE
from storage.billing import provider_events, purchase_totals
from storage.db import Database
from storage.messaging import updates, whatsapp
from storage.operations import alert_metrics, error_events, health_readings, metrics


class DatabaseCollector(Collector):
    """Collects metrics from the database alone, so that they are the same whichever process is scraped."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def describe(self) -> Iterable[Metric]:
        return ()  # registering must not need the database

    def collect(self) -> Iterator[Metric]:
        with self._db.read_transaction() as session:
            now = self._db.clock()
            unsent = metrics.measure_unsent(session, now)
            yield from _collect_gauges(session, now, unsent.oldest_seconds)
            yield _build_family(
                GaugeMetricFamily, "deliveries", "Unsent messages of the outbox", ["status"], unsent.by_status
            )
            yield from _collect_jobs(metrics.count_outcomes(session))
            yield _build_duration_histogram(metrics.measure_durations(session))
            yield from _collect_labelled(session)
            yield from _collect_lags(session, now)
            yield from _collect_upstreams(session, now)
            yield _build_drift_counter(session)


def _collect_gauges(session: Session, now: datetime, outbox_oldest_seconds: float) -> Iterator[Metric]:
    alerts = alert_metrics.collect_alert_metrics(session, now)
    gauges = {
        "queue_jobs": ("Jobs that wait for a worker", alerts.queued_jobs),
        "queue_oldest_seconds": ("How long the oldest of them has waited", alerts.oldest_job_seconds),
        "running_jobs": ("Jobs that a worker has in hand", metrics.count_running(session)),
        "workers": ("Workers seen in the last minute", alerts.workers),
        "workers_missing": ("Workers that fell silent, and that no other stands in for", alerts.missing_workers),
        "sweepers_stalled": ("Workers and jobs no lost job is looked for of", alerts.stalled),
        "provider_events": ("News of the payment provider not handled yet", provider_events.count_unhandled(session)),
        "outbox_oldest_seconds": ("How long the oldest unsent message has waited", outbox_oldest_seconds),
        "whatsapp_unseen": ("Numbers on WhatsApp that nobody runs", alerts.unseen_numbers),
    }
    for name, (help_text, value) in gauges.items():
        yield GaugeMetricFamily(f"rabisco_{name}", help_text, value=value)


def build_metrics_router(db: Database) -> APIRouter:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(DatabaseCollector(db))
    router = APIRouter()

    @router.get("/metrics")
    def get_metrics() -> Response:
        headers = {"content-type": CONTENT_TYPE_PLAIN_0_0_4, "cache-control": "no-store"}
        return Response(generate_latest(registry), headers=headers)

    return router


def _collect_jobs(outcomes: Sequence[metrics.OutcomeCount]) -> Iterator[Metric]:
    ended = CounterMetricFamily("rabisco_jobs", "Jobs that came to an end", labels=["kind", "outcome"])
    cpu = CounterMetricFamily("rabisco_job_cpu_seconds", "CPU seconds they took", labels=["kind", "outcome"])
    for result in outcomes:
        ended.add_metric([result.kind, result.outcome], result.count)
        cpu.add_metric([result.kind, result.outcome], result.cpu_seconds)
    yield ended
    yield cpu


def _build_duration_histogram(found: Sequence[metrics.DurationHistogram]) -> Metric:
    help_text = "How long films took: waiting for a worker, working, and the whole way from message to film"
    family = HistogramMetricFamily("rabisco_job_seconds", help_text, labels=["kind", "stage"])
    for histogram in found:
        buckets = [(str(bound), float(count)) for bound, count in zip(histogram.bounds, histogram.counts, strict=True)]
        family.add_metric(
            [histogram.kind, histogram.stage], [*buckets, ("+Inf", float(histogram.count))], histogram.total
        )
    return family


def _build_drift_counter(session: Session) -> Metric:
    help_text = "Payments that were not the same at the provider and in the books"
    return CounterMetricFamily(
        "rabisco_billing_drift", help_text, value=provider_events.count_by_kind(session, DRIFT_EVENT)
    )


def _collect_labelled(session: Session) -> Iterator[Metric]:
    """Metrics with one label or two."""
    numbers = whatsapp.count_by_state(session)
    yield _build_family(GaugeMetricFamily, "whatsapp_numbers", "Numbers on WhatsApp", ["state"], numbers)
    totals, errors = purchase_totals.list_totals(session), error_events.count_by_event(session)
    purchases, amounts = purchase_totals.count_by_status(totals), purchase_totals.sum_revenue(totals)
    yield _build_family(GaugeMetricFamily, "purchases", "Purchases", ["provider", "status"], purchases)
    yield _build_family(CounterMetricFamily, "revenue", "What was paid, in minor units", ["currency"], amounts)
    yield _build_family(GaugeMetricFamily, "logged_errors", "Errors logged in 30 days", ["event", "code"], errors)


def _collect_lags(session: Session, now: datetime) -> Iterator[Metric]:
    lags = {"stripe": provider_events.get_oldest_age(session, now), "updates": updates.get_oldest_age(session, now)}
    help_text = "How long the oldest news that came in has waited to be handled"
    yield _build_family(GaugeMetricFamily, "webhook_lag_seconds", help_text, ["source"], lags)


def _collect_upstreams(session: Session, now: datetime) -> Iterator[Metric]:
    """Recent readings of upstream services and disks."""
    recent = health_readings.list_latest(session, since=now - STALE_AGE)
    services = {each.name.removeprefix(READING_PREFIX): each for each in recent if each.name.startswith(READING_PREFIX)}
    disks = {each.name.partition(":")[2]: each for each in recent if each.name.startswith("disk:")}
    up = {name: int(each.ok) for name, each in services.items()}
    seconds = {name: each.about.get("seconds", 0) for name, each in services.items()}
    yield _build_family(GaugeMetricFamily, "service_up", "Whether a service answers", ["service"], up)
    yield _build_family(GaugeMetricFamily, "service_seconds", "How long its answer took", ["service"], seconds)
    free = {name: each.about.get("free", 0) for name, each in disks.items()}
    used = {name: each.about.get("share", 0) for name, each in disks.items()}
    yield _build_family(GaugeMetricFamily, "disk_free_bytes", "Room on the disk of a machine", ["machine"], free)
    yield _build_family(GaugeMetricFamily, "disk_used_ratio", "Share of it in use", ["machine"], used)


def _build_family(
    family: type[GaugeMetricFamily | CounterMetricFamily],
    name: str,
    help_text: str,
    labels: Sequence[str],
    values: Mapping[Any, float],
) -> Metric:
    """A metric family with one sample for each label value, or for each tuple of label values."""
    metric = family(f"rabisco_{name}", help_text, labels=labels)
    for label, value in values.items():
        metric.add_metric([label] if isinstance(label, str) else label, value)
    return metric
