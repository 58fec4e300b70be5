"""Stripe's error responses, with its own messages."""

from dataclasses import dataclass


@dataclass(eq=False)
class ApiError(Exception):
    """A response that is not 2xx. A request the fake does not support is `is_unsupported`, and fails the test."""

    status: int
    kind: str
    message: str
    code: str | None = None
    param: str | None = None
    decline_code: str | None = None
    unsupported: bool = False

    def body(self) -> dict[str, object]:
        error = {"type": self.kind, "message": self.message, "code": self.code, "param": self.param}
        error["decline_code"] = self.decline_code
        return {"error": {name: value for name, value in error.items() if value is not None}}


def invalid(message: str, code: str | None = None, param: str | None = None) -> ApiError:
    return ApiError(400, "invalid_request_error", message, code, param)


def missing(noun: str, wanted: str, param: str = "id", status: int = 404) -> ApiError:
    """404 where the path names it, 400 where a parameter does."""
    return ApiError(status, "invalid_request_error", f"No such {noun}: '{wanted}'", "resource_missing", param)


def unsupported(message: str) -> ApiError:
    return ApiError(400, "invalid_request_error", f"The double: {message}", unsupported=True)


def wrong_key(shown: str) -> ApiError:
    return ApiError(401, "invalid_request_error", f"Invalid API Key provided: {shown}")


def unrecognized(method: str, path: str) -> ApiError:
    return ApiError(
        404,
        "invalid_request_error",
        f"Unrecognized request URL ({method}: {path}).",
        None,
        None,
        None,
        unsupported=True,
    )


def refusal(status: int) -> ApiError:
    """An injected error: too many requests, or a failure of Stripe."""
    if status == 429:
        return ApiError(429, "invalid_request_error", "Too many requests hit the API too quickly.", "rate_limit")
    if status == 409:
        return ApiError(409, "invalid_request_error", "This object cannot be accessed right now.", "lock_timeout")
    if status in {401, 403}:
        return ApiError(status, "invalid_request_error", "The provided key does not have the required permissions.")
    return ApiError(status, "api_error", "An unknown error occurred")


KEY_REUSED = ApiError(
    400,
    "idempotency_error",
    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key"
    " other than the one sent if you meant to execute a different request.",
)
NO_KEY = ApiError(401, "invalid_request_error", "You did not provide an API key.")
DECLINED = ApiError(402, "card_error", "Your card was declined.", "card_declined", None, "generic_decline")
