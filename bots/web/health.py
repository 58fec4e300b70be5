"""Whether the house is well: in one word, and room by room."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.responses import JSONResponse

from bots.core.rooms import Check, Room, Thresholds

_log = structlog.get_logger(__name__)


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
    rounds = Rounds(checks, thresholds)

    @router.get("/health/deep")
    async def deep() -> JSONResponse:
        told = await rounds.told()
        well = all(room["ok"] for room in told.values())
        status = {"status": "ok" if well else "degraded", "checks": told}
        return JSONResponse(status, 200 if well else 503, headers={"cache-control": "no-store"})

    return router


@dataclass(slots=True)
class Rounds:
    """All checks at once, once for however many ask within a while."""

    checks: Mapping[str, Check]
    thresholds: Thresholds
    monotonic: Callable[[], float] = time.monotonic
    _told: dict[str, Room] = field(default_factory=dict)
    _good_until: float = float("-inf")
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def told(self) -> Mapping[str, Room]:
        async with self._lock:
            if self.monotonic() >= self._good_until:
                rooms = (_room(name, check, self.thresholds.answer) for name, check in self.checks.items())
                self._told = dict(zip(self.checks, await asyncio.gather(*rooms), strict=True))
                self._good_until = self.monotonic() + self.thresholds.kept
            return self._told


async def _room(name: str, check: Check, seconds: float) -> Mapping[str, Any]:
    """One check's answer. Of an error only its kind is told: its text may hold an address with a password."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(check), seconds)
    except Exception as error:  # noqa: BLE001 - a check may fail in any way, and that is its answer
        _log.warning("health check failed", check=name, error=type(error).__name__)
        return {"ok": False, "error": type(error).__name__}
