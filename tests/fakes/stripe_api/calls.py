"""Records of the app's API calls."""

from dataclasses import dataclass, field
from typing import Any

from fakes.stripe_api.forms import RequestParameters


@dataclass
class StripeCall:
    """One request. `route` is such as "POST /v1/refunds/{id}"; `outcome` is the response's JSON, `status` its code."""

    method: str
    path: str
    raw: dict[str, Any]
    headers: dict[str, str]
    id: str = ""  # Stripe's Request-Id
    route: str = ""
    object_id: str = ""  # the value of {id} in the path
    parameters: RequestParameters = field(default_factory=lambda: RequestParameters({}))
    status: int = 0
    outcome: Any = None
    is_replayed: bool = False
    retry_advice: str = ""  # the response's Stripe-Should-Retry

    @property
    def idempotency_key(self) -> str | None:
        return self.headers.get("idempotency-key")
