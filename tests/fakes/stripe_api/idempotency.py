"""Idempotency keys: for a day, the same request gets its first response again, and another one is rejected."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from fakes.stripe_api.calls import Call
from fakes.stripe_api.errors import KEY_REUSED, invalid

KEPT = 24 * 3600
LONGEST = 255


@dataclass(frozen=True)
class Answer:
    status: int
    outcome: Any


@dataclass(frozen=True)
class Remembered:
    request: tuple[str, str, str]
    answer: Answer
    at: int


class Memory:
    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._known: dict[str, Remembered] = {}

    def recall(self, call: Call) -> Answer | None:
        """The earlier response for the key. Raises StripeApiError when the request was another one."""
        key = call.idempotency_key
        if call.method != "POST" or not key:
            return None
        if len(key) > LONGEST:
            raise invalid("Idempotency keys have at most 255 characters.")
        known = self._known.get(key)
        if known is None or known.at <= self._now() - KEPT:
            return None
        if known.request != _request(call):
            raise KEY_REUSED
        return known.answer

    def keep(self, call: Call, answer: Answer) -> None:
        """Store the response of an executed request: one rejected for its parameters may be sent again, corrected."""
        key = call.idempotency_key
        begun = answer.status in {200, 402}
        if call.method == "POST" and key and begun and not call.replayed:
            self._known[key] = Remembered(_request(call), Answer(answer.status, deepcopy(answer.outcome)), self._now())


def _request(call: Call) -> tuple[str, str, str]:
    return call.method, call.path, repr(sorted(_flat(call.raw)))


def _flat(raw: Any, path: str = "") -> list[tuple[str, str]]:
    if not isinstance(raw, dict):
        return [(path, str(raw))]
    return [leaf for name, value in raw.items() for leaf in _flat(value, f"{path}[{name}]")]
