"""Checks of the upstream services, made periodically by any process; the results are stored for all of them."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from models.billing.payments import STRIPE_API_VERSION
from models.operations.health_readings import Reading
from models.settings import Settings
from storage.db import Database
from storage.operations import health_readings

CHECK_INTERVAL = 60.0  # seconds
FRESH_AGE = timedelta(seconds=45)  # a service checked this recently, by any process, is not checked again
STALE_AGE = timedelta(minutes=3)  # an older reading is not used
TIMEOUT = 3.0  # seconds
READING_PREFIX = "service:"  # prefix of the names of readings
GROQ_URL = "https://api.groq.com"

StatusFetcher = Callable[["UpstreamService"], int]


@dataclass(frozen=True, slots=True)
class UpstreamService:
    """An upstream service and the request that checks it: free of charge, with the same key as the real requests."""

    name: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def fetch_status(service: UpstreamService) -> int:
    """Request a service's URL; returns the status code. Raises httpx.HTTPError."""
    return httpx.get(service.url, headers=dict(service.headers), timeout=TIMEOUT).status_code


@dataclass(frozen=True, slots=True)
class UpstreamChecks:
    """Checks services and stores the readings. Of an error only its type is stored: its text may contain the key."""

    db: Database
    services: Sequence[UpstreamService]
    fetch: StatusFetcher = fetch_status

    def run_once(self) -> None:
        """Check the services without a fresh reading."""
        for service in self.services:
            if self._find_newest(service, FRESH_AGE) is None:
                self._probe(service)

    def check(self, service: UpstreamService) -> dict[str, Any]:
        """Return the last reading of a service, checked now if it is stale: `ok`, and the seconds or the error."""
        newest = self._find_newest(service, STALE_AGE)
        if newest is None:
            self._probe(service)
            newest = self._find_newest(service, STALE_AGE)
        assert newest is not None  # noqa: S101 - it was just stored
        return {"ok": newest.ok, **newest.about}

    def _find_newest(self, service: UpstreamService, max_age: timedelta) -> Reading | None:
        with self.db.read_transaction() as session:
            return health_readings.find_since(session, READING_PREFIX + service.name, self.db.clock() - max_age)

    def _probe(self, service: UpstreamService) -> None:
        started = time.monotonic()
        details: dict[str, Any] = {}
        try:
            status = self.fetch(service)
        except httpx.HTTPError as error:
            details["error"] = type(error).__name__
        else:
            details |= {"status": status} if status >= 400 else {}
        is_healthy, details["seconds"] = not details, round(time.monotonic() - started, 3)
        with self.db.transaction() as session:
            health_readings.save(session, READING_PREFIX + service.name, self.db.clock(), ok=is_healthy, **details)


def services_of(settings: Settings) -> tuple[UpstreamService, ...]:
    """The services that are configured."""
    found = []
    if token := settings.telegram_bot_token:
        found.append(UpstreamService("telegram", f"{settings.telegram_api_url}/bot{token.get_secret_value()}/getMe"))
    if key := settings.groq_api_key:
        found.append(
            UpstreamService("groq", f"{settings.groq_base_url or GROQ_URL}/openai/v1/models", _build_bearer_header(key))
        )
    if key := settings.stripe_secret_key:
        headers = _build_bearer_header(key) | {"stripe-version": STRIPE_API_VERSION}
        found.append(UpstreamService("stripe", f"{settings.stripe_api_url}/v1/prices?limit=1", headers))
    return tuple(found)


def _build_bearer_header(key: SecretStr) -> dict[str, str]:
    return {"authorization": f"Bearer {key.get_secret_value()}"}
