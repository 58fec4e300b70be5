"""Client of Stripe's API: pinned version, timeouts, and translation of its errors."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, cast

import stripe
from stripe import ListObject, StripeClient, StripeObject

from bots.billing.provider import CustomerMissing, ProviderRejected, ProviderUnavailable
from models.billing.payments import STRIPE_API_VERSION

VERSION: Final = STRIPE_API_VERSION

CONNECT, ANSWER = 5.0, 15.0  # seconds
MAX_RETRIES = 2
SECRET_PATTERN = re.compile(r"\b(sk|rk|pk|whsec)_\w+")
MISSING_CUSTOMER_MESSAGE = "No such customer"  # the field `param` is "id" where the path names it
LIVE_KEY_PREFIXES = ("sk_live_", "rk_live_")

JsonObject = Mapping[str, Any]
"""A JSON object of Stripe's API."""


def connect(key: str, url: str = "", *, retries: int = MAX_RETRIES) -> StripeClient:
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
    return key.startswith(LIVE_KEY_PREFIXES)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn the SDK's errors into ProviderUnavailable, ProviderRejected or CustomerMissing, without keys and data."""
    try:
        yield
    except stripe.StripeError as error:
        raise _translate_error(error) from None


def _translate_error(error: stripe.StripeError) -> ProviderUnavailable | ProviderRejected:
    status = error.http_status or 0
    if isinstance(error, stripe.APIConnectionError):
        return ProviderUnavailable("Stripe does not answer")
    if isinstance(error, stripe.AuthenticationError):
        return ProviderUnavailable("Stripe does not know the key: check STRIPE_SECRET_KEY")
    if isinstance(error, stripe.PermissionError):
        return ProviderUnavailable(f"the key may not do that: {_format_reason(error)}")
    if isinstance(error, stripe.RateLimitError) or status in {409, 429} or status >= 500 or not status:
        return ProviderUnavailable(f"Stripe asks for patience ({status or type(error).__name__})")
    kind = CustomerMissing if _is_customer_missing(error) else ProviderRejected
    return kind(_format_reason(error), error.code or "")


def _is_customer_missing(error: stripe.StripeError) -> bool:
    """Whether a parameter or the path names a customer that is not there."""
    is_named = getattr(error, "param", None) == "customer" or (error.user_message or "").startswith(
        MISSING_CUSTOMER_MESSAGE
    )
    return error.code == "resource_missing" and is_named


def _format_reason(error: stripe.StripeError) -> str:
    message = SECRET_PATTERN.sub(r"\1_...", error.user_message or type(error).__name__)
    return f"{error.code}: {message}" if error.code else message


def to_json_object(found: StripeObject) -> JsonObject:
    """Convert an object of the SDK, which is no dict, to plain values."""
    return cast("JsonObject", found.to_dict())


def iterate_all(answer: ListObject[Any]) -> Iterator[JsonObject]:
    """Iterate over all objects of a list, with pagination."""
    return (to_json_object(found) for found in answer.auto_paging_iter())
