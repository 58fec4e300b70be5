"""Error reports to Sentry, where a DSN is set: the origin of errors, and no content from users."""

from collections.abc import MutableMapping
from typing import Any

from bots.core.scrub import Scrub

ERRORS = frozenset({"error", "critical", "exception"})
TAGS = ("request", "job", "code", "channel")  # fields of a log event that become searchable tags
DROPPED = ("request", "user", "server_name", "breadcrumbs", "modules", "extra")  # of a report: may contain anything

Event = MutableMapping[str, Any]


def begin(dsn: str, scrub: Scrub, release: str) -> Any:
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
        before_send=lambda event, _hint: cleaned(event, scrub),
    )
    return _told


def cleaned(event: Any, scrub: Scrub) -> Any:
    """Remove from a report everything that may contain users' content or secrets."""
    kept = {key: value for key, value in event.items() if key not in DROPPED}
    for error in (kept.get("exception") or {}).get("values", ()):
        error["value"] = ""  # an exception's message may contain a user's text
    return scrub.value(kept)


def _told(_logger: object, method: str, event: Event) -> Event:
    """Report error events; a structlog processor that returns the event unchanged."""
    if method not in ERRORS:
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
