"""Health checks of the whole system, shown by `/health/deep`; the heartbeat ping depends on them."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bots.core.services import Services
from models.limits import limits
from models.whatsapp import State
from storage import figures, provider_events, whatsapp
from storage.db import Database

Room = Mapping[str, Any]  # {"ok": bool, and measurements}
Check = Callable[[], Room]  # may block, and may raise any exception


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of a healthy system, in seconds and bytes; results may be cached for `cache_seconds`."""

    answer: float = 5.0
    worker_silence: float = 60.0
    oldest_job: float = 900.0
    oldest_message: float = 900.0
    oldest_news: float = 900.0
    free_disk: int = field(default_factory=lambda: limits().disk.floor)
    kept: float = 15.0


def house_checks(
    db: Database, disk: Path, thresholds: Thresholds, services: Services | None = None
) -> dict[str, Check]:
    """Build the checks: database, queue, workers, disk, outbox, payments, WhatsApp numbers and upstream services."""
    rooms: dict[str, Check] = {
        "database": partial(_database, db),
        "queue": partial(_queue, db, thresholds),
        "workers": partial(_workers, db, thresholds),
        "disk": partial(_disk, disk, thresholds),
        "outbox": partial(_outbox, db, thresholds),
        "payments": partial(_payments, db, thresholds),
        "whatsapp": partial(_numbers, db),
    }
    if services is not None:
        rooms |= {one.name: partial(services.seen, one) for one in services.services}
    return rooms


def are_well(checks: Mapping[str, Check]) -> bool:
    """Whether all checks are ok. Raises what a check raises."""
    return all(check()["ok"] for check in checks.values())


def _database(db: Database) -> Room:
    return {"ok": db.answers()}


def _queue(db: Database, thresholds: Thresholds) -> Room:
    with db.reading() as session:
        backlog = figures.queued(session, db.clock())
    well = backlog.oldest_seconds <= thresholds.oldest_job
    return {"ok": well, "queued": backlog.count, "oldest_seconds": round(backlog.oldest_seconds, 1)}


def _workers(db: Database, thresholds: Thresholds) -> Room:
    with db.reading() as session:
        seen = figures.workers_seen(session, db.clock() - timedelta(seconds=thresholds.worker_silence))
    return {"ok": seen > 0, "seen": seen}


def _disk(folder: Path, thresholds: Thresholds) -> Room:
    usage = shutil.disk_usage(folder)
    return {"ok": usage.free >= thresholds.free_disk, "free_bytes": usage.free, "total_bytes": usage.total}


def _outbox(db: Database, thresholds: Thresholds) -> Room:
    with db.reading() as session:
        owed = figures.owed(session, db.clock())
    well = owed.oldest_seconds <= thresholds.oldest_message
    return {"ok": well, "owed": owed.count, "oldest_seconds": round(owed.oldest_seconds, 1)}


def _payments(db: Database, thresholds: Thresholds) -> Room:
    with db.reading() as session:
        late = provider_events.oldest(session, db.clock())
    return {"ok": late <= thresholds.oldest_news, "oldest_seconds": round(late, 1)}


def _numbers(db: Database) -> Room:
    with db.reading() as session:
        counts, unseen = whatsapp.counts(session), whatsapp.unseen(session, db.clock())
    stand = {state: count for state, count in counts.items() if count}
    return {"ok": not unseen and not any(State(state).is_over for state in stand), "unseen": unseen, **stand}
