"""Whether the house is well: in one word, and room by room."""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.responses import JSONResponse

from models.limits import limits
from models.whatsapp import State
from storage import figures, whatsapp
from storage.db import Database

Check = Callable[[], Mapping[str, Any]]  # {"ok": bool, and figures}; it may block, and it may raise

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What still counts as well. Seconds and bytes."""

    answer: float = 5.0
    worker_silence: float = 60.0
    oldest_job: float = 900.0
    free_disk: int = field(default_factory=lambda: limits().disk.floor)


def house_checks(db: Database, disk: Path, thresholds: Thresholds) -> dict[str, Check]:
    """The checks every house has: database, queue, workers, disk, and the numbers on WhatsApp."""

    def database() -> Mapping[str, Any]:
        return {"ok": db.answers()}

    def queue() -> Mapping[str, Any]:
        with db.reading() as session:
            backlog = figures.queued(session, db.clock())
        well = backlog.oldest_seconds <= thresholds.oldest_job
        return {"ok": well, "queued": backlog.count, "oldest_seconds": round(backlog.oldest_seconds, 1)}

    def workers() -> Mapping[str, Any]:
        with db.reading() as session:
            seen = figures.workers_seen(session, db.clock() - timedelta(seconds=thresholds.worker_silence))
        return {"ok": seen > 0, "seen": seen}

    def space() -> Mapping[str, Any]:
        usage = shutil.disk_usage(disk)
        return {"ok": usage.free >= thresholds.free_disk, "free_bytes": usage.free, "total_bytes": usage.total}

    def numbers() -> Mapping[str, Any]:
        with db.reading() as session:
            counts, unseen = whatsapp.counts(session), whatsapp.unseen(session, db.clock())
        stand = {state: count for state, count in counts.items() if count}
        return {"ok": not unseen and not any(State(state).is_over for state in stand), "unseen": unseen, **stand}

    return {"database": database, "queue": queue, "workers": workers, "disk": space, "whatsapp": numbers}


def health_routes() -> APIRouter:
    """One word, for everybody."""
    router = APIRouter()

    @router.get("/health")
    async def health() -> JSONResponse:
        return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})

    return router


def deep_routes(checks: Mapping[str, Check], thresholds: Thresholds) -> APIRouter:
    """Room by room, for who runs the house."""
    router = APIRouter()

    @router.get("/health/deep")
    async def deep() -> JSONResponse:
        rooms = await asyncio.gather(*(_room(name, check, thresholds.answer) for name, check in checks.items()))
        told = dict(zip(checks, rooms, strict=True))
        well = all(room["ok"] for room in rooms)
        status = {"status": "ok" if well else "degraded", "checks": told}
        return JSONResponse(status, 200 if well else 503, headers={"cache-control": "no-store"})

    return router


async def _room(name: str, check: Check, seconds: float) -> Mapping[str, Any]:
    """One check's answer. Of an error only its kind is told: its text may hold an address with a password."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(check), seconds)
    except Exception as error:  # noqa: BLE001 - a check may fail in any way, and that is its answer
        _log.warning("health check failed", check=name, error=type(error).__name__)
        return {"ok": False, "error": type(error).__name__}
