"""Stripe's error responses, with its own messages."""

from dataclasses import dataclass


@dataclass(eq=False)
class StripeApiError(Exception):
    """A response that is not 2xx. A request the fake does not support is `is_unsupported`, and fails the test."""

    status: int
    kind: str
    message: str
    code: str | None = None
    param: str | None = None
    decline_code: str | None = None
    is_unsupported: bool = False

    def to_json(self) -> dict[str, object]:
        error = {"type": self.kind, "message": self.message, "code": self.code, "param": self.param}
        error["decline_code"] = self.decline_code
        return {"error": {name: value for name, value in error.items() if value is not None}}


def build_invalid_request(message: str, code: str | None = None, param: str | None = None) -> StripeApiError:
    return StripeApiError(400, "invalid_request_error", message, code, param)


def build_missing_object(noun: str, wanted: str, param: str = "id", status: int = 404) -> StripeApiError:
    """404 where the path names it, 400 where a parameter does."""
    return StripeApiError(status, "invalid_request_error", f"No such {noun}: '{wanted}'", "resource_missing", param)


def build_unsupported(message: str) -> StripeApiError:
    return StripeApiError(400, "invalid_request_error", f"The double: {message}", is_unsupported=True)


def build_wrong_key(shown: str) -> StripeApiError:
    return StripeApiError(401, "invalid_request_error", f"Invalid API Key provided: {shown}")


def build_unrecognized(method: str, path: str) -> StripeApiError:
    return StripeApiError(
        404,
        "invalid_request_error",
        f"Unrecognized request URL ({method}: {path}).",
        None,
        None,
        None,
        is_unsupported=True,
    )


def build_error_for(status: int) -> StripeApiError:
    """An injected error: too many requests, or a failure of Stripe."""
    if status == 429:
        return StripeApiError(429, "invalid_request_error", "Too many requests hit the API too quickly.", "rate_limit")
    if status == 409:
        return StripeApiError(409, "invalid_request_error", "This object cannot be accessed right now.", "lock_timeout")
    if status in {401, 403}:
        return StripeApiError(
            status, "invalid_request_error", "The provided key does not have the required permissions."
        )
    return StripeApiError(status, "api_error", "An unknown error occurred")


KEY_REUSED = StripeApiError(
    400,
    "idempotency_error",
    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key"
    " other than the one sent if you meant to execute a different request.",
)
NO_KEY = StripeApiError(401, "invalid_request_error", "You did not provide an API key.")
DECLINED = StripeApiError(402, "card_error", "Your card was declined.", "card_declined", None, "generic_decline")
