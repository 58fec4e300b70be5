"""Checks of the upstream services, made periodically by any process; the results are stored for all of them."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from models.payments import STRIPE_VERSION
from models.readings import Reading
from models.settings import Settings
from storage import readings
from storage.db import Database

ASK_EVERY = 60.0  # seconds
FRESH = timedelta(seconds=45)  # a service checked this recently, by any process, is not checked again
STALE = timedelta(minutes=3)  # an older reading is not used
PATIENCE = 3.0  # seconds
BEGIN = "service:"  # prefix of the names of readings
GROQ = "https://api.groq.com"

Ask = Callable[["Service"], int]


@dataclass(frozen=True, slots=True)
class Service:
    """An upstream service and the request that checks it: free of charge, with the same key as the real requests."""

    name: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def asked(service: Service) -> int:
    """Request a service's URL; returns the status code. Raises httpx.HTTPError."""
    return httpx.get(service.url, headers=dict(service.headers), timeout=PATIENCE).status_code


@dataclass(frozen=True, slots=True)
class Services:
    """Checks services and stores the readings. Of an error only its type is stored: its text may contain the key."""

    db: Database
    services: Sequence[Service]
    ask: Ask = asked

    def look(self) -> None:
        """Check the services without a fresh reading."""
        for service in self.services:
            if self._newest(service, FRESH) is None:
                self._look_at(service)

    def seen(self, service: Service) -> dict[str, Any]:
        """Return the last reading of a service, checked now if it is stale: `ok`, and the seconds or the error."""
        newest = self._newest(service, STALE)
        if newest is None:
            self._look_at(service)
            newest = self._newest(service, STALE)
        assert newest is not None  # noqa: S101 - it was just stored
        return {"ok": newest.ok, **newest.about}

    def _newest(self, service: Service, age: timedelta) -> Reading | None:
        with self.db.reading() as session:
            return readings.since(session, BEGIN + service.name, self.db.clock() - age)

    def _look_at(self, service: Service) -> None:
        began = time.monotonic()
        about: dict[str, Any] = {}
        try:
            status = self.ask(service)
        except httpx.HTTPError as error:
            about["error"] = type(error).__name__
        else:
            about |= {"status": status} if status >= 400 else {}
        is_well, about["seconds"] = not about, round(time.monotonic() - began, 3)
        with self.db.transaction() as session:
            readings.note(session, BEGIN + service.name, self.db.clock(), ok=is_well, **about)


def services_of(settings: Settings) -> tuple[Service, ...]:
    """The services that are configured."""
    found = []
    if token := settings.telegram_bot_token:
        found.append(Service("telegram", f"{settings.telegram_api_url}/bot{token.get_secret_value()}/getMe"))
    if key := settings.groq_api_key:
        found.append(Service("groq", f"{settings.groq_base_url or GROQ}/openai/v1/models", _bearer(key)))
    if key := settings.stripe_secret_key:
        headers = _bearer(key) | {"stripe-version": STRIPE_VERSION}
        found.append(Service("stripe", f"{settings.stripe_api_url}/v1/prices?limit=1", headers))
    return tuple(found)


def _bearer(key: SecretStr) -> dict[str, str]:
    return {"authorization": f"Bearer {key.get_secret_value()}"}
