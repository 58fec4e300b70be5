"""Whether the services we live on answer: asked now and then by any process, and kept where all can read it."""

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
FRESH = timedelta(seconds=45)  # what another process has just looked at is not looked at again
STALE = timedelta(minutes=3)  # a reading this old says nothing of now
PATIENCE = 3.0  # seconds
BEGIN = "service:"  # of the names of readings
GROQ = "https://api.groq.com"

Ask = Callable[["Service"], int]


@dataclass(frozen=True, slots=True)
class Service:
    """What is asked for: something that costs nothing and takes the same key as the real work."""

    name: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def asked(service: Service) -> int:
    """The status of a service's answer. Raises httpx.HTTPError."""
    return httpx.get(service.url, headers=dict(service.headers), timeout=PATIENCE).status_code


@dataclass(frozen=True, slots=True)
class Services:
    """Looks at services and writes down what it saw. Of an error only its kind is kept: its text may hold the key."""

    db: Database
    services: Sequence[Service]
    ask: Ask = asked

    def look(self) -> None:
        """Look at those nobody has looked at just now."""
        for service in self.services:
            if self._newest(service, FRESH) is None:
                self._look_at(service)

    def seen(self, service: Service) -> dict[str, Any]:
        """How a service does, looked at now if nobody did lately: `ok`, and seconds, or what went wrong."""
        newest = self._newest(service, STALE)
        if newest is None:
            self._look_at(service)
            newest = self._newest(service, STALE)
        assert newest is not None  # noqa: S101 - we have just looked
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
    """Those that are set."""
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
