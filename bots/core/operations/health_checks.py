"""Health checks of the whole system, shown by `/health/deep`; the heartbeat ping depends on them."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bots.core.operations.upstream_checks import UpstreamChecks
from models.limits import load_limits
from models.messaging.whatsapp import WhatsAppState
from models.operations.thresholds import Thresholds, load_thresholds
from storage.billing import provider_events
from storage.db import Database
from storage.messaging import whatsapp
from storage.operations import metrics

HealthStatus = Mapping[str, Any]  # {"ok": bool, and measurements}
HealthCheck = Callable[[], HealthStatus]  # may block, and may raise any exception


@dataclass(frozen=True, slots=True)
class HealthThresholds:
    """Limits of a healthy system: those that alerts share, and the bytes that must be free. A check must answer within
    `answer_seconds`; results may be cached for `cache_seconds`.
    """

    shared: Thresholds = field(default_factory=load_thresholds)
    answer_seconds: float = 5.0
    free_disk: int = field(default_factory=lambda: load_limits().disk.floor)
    cache_seconds: float = 15.0


def build_health_checks(
    db: Database, disk: Path, thresholds: HealthThresholds, upstream_checks: UpstreamChecks | None = None
) -> dict[str, HealthCheck]:
    """Build the checks: database, queue, workers, disk, outbox, payments, WhatsApp numbers and upstream services."""
    checks: dict[str, HealthCheck] = {
        "database": partial(_check_database, db),
        "queue": partial(_check_queue, db, thresholds),
        "workers": partial(_check_workers, db, thresholds),
        "disk": partial(_check_disk, disk, thresholds),
        "outbox": partial(_check_outbox, db, thresholds),
        "payments": partial(_check_payments, db, thresholds),
        "whatsapp": partial(_check_whatsapp, db),
    }
    if upstream_checks is not None:
        checks |= {service.name: partial(upstream_checks.check, service) for service in upstream_checks.services}
    return checks


def is_healthy(checks: Mapping[str, HealthCheck]) -> bool:
    """Whether all checks are ok. Raises what a check raises."""
    return all(check()["ok"] for check in checks.values())


def _check_database(db: Database) -> HealthStatus:
    return {"ok": db.is_reachable()}


def _check_queue(db: Database, thresholds: HealthThresholds) -> HealthStatus:
    with db.read_transaction() as session:
        waiting = metrics.measure_queue(session, db.clock())
    is_ok = waiting.oldest_seconds <= thresholds.shared.queue.max_seconds
    return {"ok": is_ok, "queued": waiting.count, "oldest_seconds": round(waiting.oldest_seconds, 1)}


def _check_workers(db: Database, thresholds: HealthThresholds) -> HealthStatus:
    with db.read_transaction() as session:
        seen_count = metrics.count_workers_seen(session, db.clock() - thresholds.shared.workers.max_silence)
    return {"ok": seen_count > 0, "seen": seen_count}


def _check_disk(folder: Path, thresholds: HealthThresholds) -> HealthStatus:
    usage = shutil.disk_usage(folder)
    return {"ok": usage.free >= thresholds.free_disk, "free_bytes": usage.free, "total_bytes": usage.total}


def _check_outbox(db: Database, thresholds: HealthThresholds) -> HealthStatus:
    with db.read_transaction() as session:
        pending = metrics.measure_outbox(session, db.clock())
    is_ok = pending.oldest_seconds <= thresholds.shared.outbox.max_seconds
    return {"ok": is_ok, "owed": pending.count, "oldest_seconds": round(pending.oldest_seconds, 1)}


def _check_payments(db: Database, thresholds: HealthThresholds) -> HealthStatus:
    with db.read_transaction() as session:
        oldest_seconds = provider_events.get_oldest_age(session, db.clock())
    return {
        "ok": oldest_seconds <= thresholds.shared.payments.max_event_seconds,
        "oldest_seconds": round(oldest_seconds, 1),
    }


def _check_whatsapp(db: Database) -> HealthStatus:
    with db.read_transaction() as session:
        counts, unseen = whatsapp.count_by_state(session), whatsapp.count_unseen(session, db.clock())
    by_state = {state: count for state, count in counts.items() if count}
    return {
        "ok": not unseen and not any(WhatsAppState(state).is_stopped for state in by_state),
        "unseen": unseen,
        **by_state,
    }
