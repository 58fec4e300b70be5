"""Idempotency keys: for a day, the same request gets its first response again, and another one is rejected."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.errors import KEY_REUSED, build_invalid_request

RETENTION_SECONDS = 24 * 3600
MAX_KEY_LENGTH = 255


@dataclass(frozen=True)
class StoredResponse:
    status: int
    outcome: Any


@dataclass(frozen=True)
class IdempotencyRecord:
    request: tuple[str, str, str]
    response: StoredResponse
    stored_at: int


class IdempotencyStore:
    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._records: dict[str, IdempotencyRecord] = {}

    def find_response(self, call: StripeCall) -> StoredResponse | None:
        """The earlier response for the key. Raises StripeApiError when the request was another one."""
        key = call.idempotency_key
        if call.method != "POST" or not key:
            return None
        if len(key) > MAX_KEY_LENGTH:
            raise build_invalid_request("Idempotency keys have at most 255 characters.")
        record = self._records.get(key)
        if record is None or record.stored_at <= self._now() - RETENTION_SECONDS:
            return None
        if record.request != _request_key_of(call):
            raise KEY_REUSED
        return record.response

    def save_response(self, call: StripeCall, response: StoredResponse) -> None:
        """Store the response of an executed request: one rejected for its parameters may be sent again, corrected."""
        key = call.idempotency_key
        is_final = response.status in {200, 402}
        if call.method == "POST" and key and is_final and not call.is_replayed:
            self._records[key] = IdempotencyRecord(
                _request_key_of(call), StoredResponse(response.status, deepcopy(response.outcome)), self._now()
            )


def _request_key_of(call: StripeCall) -> tuple[str, str, str]:
    return call.method, call.path, repr(sorted(_flatten(call.raw)))


def _flatten(raw: Any, path: str = "") -> list[tuple[str, str]]:
    if not isinstance(raw, dict):
        return [(path, str(raw))]
    return [leaf for name, value in raw.items() for leaf in _flatten(value, f"{path}[{name}]")]
