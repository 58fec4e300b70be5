"""Health endpoints: liveness, and detailed checks."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.responses import JSONResponse

from bots.core.operations.health_checks import HealthCheck, HealthStatus, HealthThresholds

_log = structlog.get_logger(__name__)


def build_health_router() -> APIRouter:
    """Liveness, public."""
    router = APIRouter()

    @router.get("/health")
    async def get_health() -> JSONResponse:
        return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})

    return router


def build_deep_health_router(checks: Mapping[str, HealthCheck], thresholds: HealthThresholds) -> APIRouter:
    """Detailed checks, for the operator."""
    router = APIRouter()
    cached_checks = CachedChecks(checks, thresholds)

    @router.get("/health/deep")
    async def get_deep_health() -> JSONResponse:
        results = await cached_checks.run_checks()
        is_healthy = all(result["ok"] for result in results.values())
        status = {"status": "ok" if is_healthy else "degraded", "checks": results}
        return JSONResponse(status, 200 if is_healthy else 503, headers={"cache-control": "no-store"})

    return router


@dataclass(slots=True)
class CachedChecks:
    """Runs all checks concurrently, and caches the results for `thresholds.cache_seconds`."""

    checks: Mapping[str, HealthCheck]
    thresholds: HealthThresholds
    monotonic: Callable[[], float] = time.monotonic
    _results: dict[str, HealthStatus] = field(default_factory=dict)
    _fresh_until: float = float("-inf")
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run_checks(self) -> Mapping[str, HealthStatus]:
        async with self._lock:
            if self.monotonic() >= self._fresh_until:
                runs = (_run_check(name, check, self.thresholds.answer_seconds) for name, check in self.checks.items())
                self._results = dict(zip(self.checks, await asyncio.gather(*runs), strict=True))
                self._fresh_until = self.monotonic() + self.thresholds.cache_seconds
            return self._results


async def _run_check(name: str, check: HealthCheck, seconds: float) -> Mapping[str, Any]:
    """One check's result. Of an error only the class is shown: its text may hold a URL with a password."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(check), seconds)
    except Exception as error:  # noqa: BLE001 - a check may fail in any way, and that is its answer
        _log.warning("health-check-failed", check=name, error=type(error).__name__)
        return {"ok": False, "error": type(error).__name__}
