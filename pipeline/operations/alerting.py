"""Alerting: the operator is notified once when an incident begins, and once when it is over.

One process checks at a time, and alerts are deduplicated by the incident.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.messaging.deliveries import Message, TranslatedText
from models.operations.alerts import AlertKind
from models.operations.thresholds import load_thresholds
from storage.db import Database
from storage.operations import alert_metrics, alerts
from storage.operations.alert_metrics import AlertMetrics

ALERT_CHECK_INTERVAL = 15.0  # seconds
RECOVERY_FACTOR = 0.8  # times the threshold: an incident does not end at the first value below it


@dataclass(frozen=True, slots=True)
class AlertRule:
    """`is_firing` begins an incident and `is_resolved` ends it; while neither holds the state does not change."""

    kind: AlertKind
    is_firing: Callable[[AlertMetrics], bool]
    is_resolved: Callable[[AlertMetrics], bool]
    build_values: Callable[[AlertMetrics], Mapping[str, int]]

    def build_alert(self, metrics: AlertMetrics) -> Message:
        return self._build_message(f"alert-{self.kind}", metrics)

    def build_resolution(self, metrics: AlertMetrics) -> Message:
        return self._build_message(f"relief-{self.kind}", metrics)

    def _build_message(self, key: str, metrics: AlertMetrics) -> Message:
        values = dict(self.build_values(metrics))
        return Message(paragraphs=(TranslatedText(key=key, values=values),))


def _has_failures(metrics: AlertMetrics) -> bool:
    limits = load_thresholds().errors
    has_failed_jobs = (
        metrics.failed_jobs >= limits.min_failed_jobs
        and metrics.failed_jobs > limits.max_failed_share * metrics.ended_jobs
    )
    return has_failed_jobs or metrics.error_count >= limits.max_errors


def _has_recovered(metrics: AlertMetrics) -> bool:
    max_errors = RECOVERY_FACTOR * load_thresholds().errors.max_errors
    return not _has_failures(metrics) and metrics.error_count <= max_errors


def _is_queue_within(metrics: AlertMetrics, factor: float) -> bool:
    limits = load_thresholds().queue
    return metrics.oldest_job_seconds <= factor * limits.max_seconds and metrics.queued_jobs <= factor * limits.max_jobs


def _has_payment_problems(metrics: AlertMetrics) -> bool:
    limits = load_thresholds().payments
    return (
        metrics.late_events > 0
        or metrics.late_links >= limits.max_late_links
        or metrics.failed_purchases >= limits.max_failed_purchases
    )


ALERT_RULES = (
    AlertRule(
        AlertKind.WORKERS,
        is_firing=lambda metrics: metrics.missing_workers > 0,
        is_resolved=lambda metrics: metrics.missing_workers == 0,
        build_values=lambda metrics: {"gone": metrics.missing_workers, "workers": metrics.workers},
    ),
    AlertRule(
        AlertKind.QUEUE,
        is_firing=lambda metrics: not _is_queue_within(metrics, 1.0),
        is_resolved=lambda metrics: _is_queue_within(metrics, RECOVERY_FACTOR),
        build_values=lambda metrics: {"queued": metrics.queued_jobs, "minutes": round(metrics.oldest_job_seconds / 60)},
    ),
    AlertRule(
        AlertKind.ERRORS,
        is_firing=_has_failures,
        is_resolved=_has_recovered,
        build_values=lambda metrics: {
            "broken": metrics.failed_jobs,
            "ended": metrics.ended_jobs,
            "faults": metrics.error_count,
        },
    ),
    AlertRule(
        AlertKind.SWEEPER,
        is_firing=lambda metrics: metrics.stalled > 0,
        is_resolved=lambda metrics: metrics.stalled == 0,
        build_values=lambda metrics: {"stalled": metrics.stalled},
    ),
    AlertRule(
        AlertKind.PAYMENTS,
        is_firing=_has_payment_problems,
        is_resolved=lambda metrics: not _has_payment_problems(metrics),
        build_values=lambda metrics: {
            "news": metrics.late_events,
            "links": metrics.late_links,
            "unpaid": metrics.failed_purchases,
        },
    ),
    AlertRule(
        AlertKind.NUMBERS,
        is_firing=lambda metrics: metrics.unseen_numbers > 0,
        is_resolved=lambda metrics: metrics.unseen_numbers == 0,
        build_values=lambda metrics: {"unseen": metrics.unseen_numbers},
    ),
)


@dataclass(frozen=True, slots=True)
class Alerting:
    """Evaluates the alert rules and sends alerts."""

    db: Database

    def check(self) -> None:
        with self.db.transaction() as session:
            now = self.db.clock()
            metrics = alert_metrics.collect_alert_metrics(session, now)
            for rule in ALERT_RULES:
                if rule.is_firing(metrics):
                    alerts.notify_begin(session, rule.kind, rule.build_alert(metrics), now)
                elif rule.is_resolved(metrics):
                    alerts.notify_end(session, rule.kind, rule.build_resolution(metrics), now)
