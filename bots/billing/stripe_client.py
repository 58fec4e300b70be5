"""Client of Stripe's API: pinned version, timeouts, and translation of its errors."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, cast

import stripe
from stripe import ListObject, StripeClient, StripeObject

from bots.billing.port import ProviderAway, ProviderRefused
from models.payments import STRIPE_VERSION

VERSION: Final = STRIPE_VERSION

CONNECT, ANSWER = 5.0, 15.0  # seconds
RETRIES = 2
SECRETS = re.compile(r"\b(sk|rk|pk|whsec)_\w+")
LIVE = ("sk_live_", "rk_live_")

Body = Mapping[str, Any]
"""A JSON object of Stripe's API."""


def connect(key: str, url: str = "", *, retries: int = RETRIES) -> StripeClient:
    """Create a thread-safe client; `url` replaces the official base URL of the API."""
    return StripeClient(
        key,
        stripe_version=VERSION,
        base_addresses={"api": url.rstrip("/")} if url else None,
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=(CONNECT, ANSWER)),
    )


def is_live(key: str) -> bool:
    """Whether a key moves real money."""
    return key.startswith(LIVE)


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turn the SDK's errors into ProviderUnavailable or ProviderRejected, without keys and request data."""
    try:
        yield
    except stripe.StripeError as error:
        raise _translated(error) from None


def _translated(error: stripe.StripeError) -> ProviderAway | ProviderRefused:
    status = error.http_status or 0
    if isinstance(error, stripe.APIConnectionError):
        return ProviderAway("Stripe does not answer")
    if isinstance(error, stripe.AuthenticationError):
        return ProviderAway("Stripe does not know the key: check STRIPE_SECRET_KEY")
    if isinstance(error, stripe.PermissionError):
        return ProviderAway(f"the key may not do that: {_reason(error)}")
    if isinstance(error, stripe.RateLimitError) or status in {409, 429} or status >= 500 or not status:
        return ProviderAway(f"Stripe asks for patience ({status or type(error).__name__})")
    return ProviderRefused(_reason(error), error.code or "")


def _reason(error: stripe.StripeError) -> str:
    said = SECRETS.sub(r"\1_...", error.user_message or type(error).__name__)
    return f"{error.code}: {said}" if error.code else said


def plain(found: StripeObject) -> Body:
    """Convert an object of the SDK, which is no dict, to plain values."""
    return cast("Body", found.to_dict())


def everything(answer: ListObject[Any]) -> Iterator[Body]:
    """Iterate over all objects of a list, with pagination."""
    return (plain(found) for found in answer.auto_paging_iter())
