"""Error reports to Sentry, where a DSN is set: the origin of errors, and no content from users."""

from collections.abc import MutableMapping
from typing import Any

from bots.core.operations.log_redaction import Redactor

ERROR_METHODS = frozenset({"error", "critical", "exception"})
TAGS = ("request", "job", "code", "channel")  # fields of a log event that become searchable tags
DROPPED_KEYS = (
    "request",
    "user",
    "server_name",
    "breadcrumbs",
    "modules",
    "extra",
)  # of a report: may contain anything

SentryEvent = MutableMapping[str, Any]


def configure_sentry(dsn: str, redactor: Redactor, release: str) -> Any:
    """Initialize Sentry; returns the structlog processor that reports errors. Raises ModuleNotFoundError where the
    extra `sentry` is not installed."""
    import sentry_sdk  # an extra

    sentry_sdk.init(
        dsn=dsn,
        release=release,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=lambda event, _hint: clean_event(event, redactor),
    )
    return _capture_event


def clean_event(event: Any, redactor: Redactor) -> Any:
    """Remove from a report everything that may contain users' content or secrets."""
    kept = {key: value for key, value in event.items() if key not in DROPPED_KEYS}
    for error in (kept.get("exception") or {}).get("values", ()):
        error["value"] = ""  # an exception's message may contain a user's text
    return redactor.redact(kept)


def _capture_event(_logger: object, method: str, event: SentryEvent) -> SentryEvent:
    """Report error events; a structlog processor that returns the event unchanged."""
    if method not in ERROR_METHODS:
        return event
    import sentry_sdk

    with sentry_sdk.new_scope() as scope:
        for tag in TAGS:
            if event.get(tag):
                scope.set_tag(tag, str(event[tag]))
        name = str(event.get("logger") or event.get("event"))
        scope.set_tag("event", name)
        scope.fingerprint = [name, str(event.get("code", ""))]
        if event.get("exc_info"):
            error = event["exc_info"]
            sentry_sdk.capture_exception(None if error is True else error)
        else:
            sentry_sdk.capture_message(name, level="error")
    return event
