"""`/health` and `/logs`: the state of the installation, and its recent errors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bots.core.admin.replies import add_error_reply, add_reply
from bots.core.context import Context, HandlerResult, text_for
from bots.core.operations.upstream_checks import READING_PREFIX, STALE_AGE
from bots.core.roles import Command, is_operator_tenant
from models.identity.roles import Role
from models.messaging.deliveries import TranslatedText
from models.messaging.whatsapp import WhatsAppState
from models.operations.error_events import ErrorEvent
from models.operations.health_readings import Reading
from models.operations.thresholds import load_thresholds
from pipeline import MAX_READING_AGE, Pipeline
from storage.billing import provider_events
from storage.messaging import whatsapp
from storage.operations import alert_metrics, error_events, health_readings, metrics
from storage.operations.error_events import ErrorCount

LOG_WINDOW = timedelta(days=7)
ERROR_WINDOW = timedelta(days=1)
MAX_TRACE_LENGTH = 700  # characters of a traceback, its end


@dataclass(frozen=True, slots=True)
class HealthLine:
    """One line of the health report."""

    is_healthy: bool
    key: str
    values: Mapping[str, str | int | float]

    def to_text(self) -> TranslatedText:
        return text_for(self.key, mark="✅" if self.is_healthy else "⚠️", **self.values)


def health(_pipeline: Pipeline, context: Context, result: HandlerResult, _arguments: str) -> None:
    """Report health from the database; the operator sees the whole installation, another tenant its own part."""
    lines = [*_check_installation(context)] if is_operator_tenant(context) else [*_check_tenant(context)]
    heading_key = "admin-health-well" if all(line.is_healthy for line in lines) else "admin-health-amiss"
    add_reply(result, text_for(heading_key), *(line.to_text() for line in lines))


def _check_installation(context: Context) -> Iterator[HealthLine]:
    session, now = context.session, context.now
    queue = metrics.measure_queue(session, now)
    yield _check_queue(queue.count, queue.oldest_seconds)
    alerts = alert_metrics.collect_alert_metrics(session, now)
    yield HealthLine(
        alerts.workers > 0 and not alerts.missing_workers, "admin-health-workers", {"workers": alerts.workers}
    )
    pending = metrics.measure_outbox(session, now)
    outbox_values = {"owed": pending.count, "minutes": round(pending.oldest_seconds / 60)}
    yield HealthLine(
        pending.oldest_seconds <= load_thresholds().outbox.max_seconds, "admin-health-outbox", outbox_values
    )
    oldest_event_seconds = provider_events.get_oldest_age(session, now)
    event_values = {"waiting": provider_events.count_unhandled(session), "minutes": round(oldest_event_seconds / 60)}
    yield HealthLine(
        oldest_event_seconds <= load_thresholds().payments.max_event_seconds, "admin-health-payments", event_values
    )
    yield from _check_numbers(context, whatsapp.list_sessions(session))
    yield from _check_upstreams(context)
    error_count = error_events.count_since(session, now - ERROR_WINDOW)
    yield HealthLine(not error_count, "admin-health-faults", {"count": error_count})


def _check_tenant(context: Context) -> Iterator[HealthLine]:
    queue = metrics.measure_queue(context.session, context.now, context.account.tenant_id)
    yield _check_queue(queue.count, queue.oldest_seconds)
    yield from _check_numbers(context, whatsapp.list_sessions(context.session, context.account.tenant_id))


def _check_queue(count: int, seconds: float) -> HealthLine:
    return HealthLine(
        seconds <= load_thresholds().queue.max_seconds,
        "admin-health-queue",
        {"queued": count, "minutes": round(seconds / 60)},
    )


def _check_numbers(context: Context, listed: list[whatsapp.NamedWhatsAppSession]) -> Iterator[HealthLine]:
    if listed:
        online = sum(
            each.row.state == WhatsAppState.ONLINE and not each.row.is_unattended(context.now) for each in listed
        )
        values = {"online": online, "numbers": len(listed)}
        yield HealthLine(online == len(listed), "admin-health-numbers", values)


def _check_upstreams(context: Context) -> Iterator[HealthLine]:
    """Latest readings of upstream services and disks."""
    for reading in health_readings.list_latest(context.session, READING_PREFIX, context.now - MAX_READING_AGE):
        yield _check_service(reading, is_stale=reading.read_at < context.now - STALE_AGE)
    for reading in health_readings.list_latest(context.session, "disk:", context.now - MAX_READING_AGE):
        yield _check_disk(reading)


def _check_service(reading: Reading, *, is_stale: bool) -> HealthLine:
    name = reading.name.removeprefix(READING_PREFIX)
    if reading.ok and not is_stale:
        seconds = float(reading.about.get("seconds", 0))
        return HealthLine(True, "admin-health-service", {"name": name, "seconds": round(seconds, 1)})
    reason = "?" if is_stale else str(reading.about.get("error") or reading.about.get("status") or "?")
    return HealthLine(False, "admin-health-service-amiss", {"name": name, "reason": reason})


def _check_disk(reading: Reading) -> HealthLine:
    percent = round(100 * float(reading.about.get("share", 0)))
    free = round(float(reading.about.get("free", 0)) / 1e9, 1)
    name = reading.name.partition(":")[2]
    return HealthLine(reading.ok, "admin-health-disk", {"name": name, "percent": percent, "free": free})


def logs(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """List recent errors by code; with the request id that users see beside a code, show their tracebacks."""
    if arguments:
        _show_error(context, result, arguments.strip("()").split("·")[-1].strip().lower())
        return
    tallies = error_events.list_counts(context.session, context.now - LOG_WINDOW)
    if tallies:
        add_reply(result, text_for("admin-logs"), *(_describe_error_count(each) for each in tallies))
    else:
        add_reply(result, text_for("admin-logs-none"))


def _describe_error_count(tally: ErrorCount) -> TranslatedText:
    event = f"{tally.event} {tally.code}".strip()
    at = f"{tally.last_at:%Y-%m-%d %H:%M}"
    return text_for("admin-logs-line", count=tally.count, event=event, at=at, name=tally.reference or "–")


def _show_error(context: Context, result: HandlerResult, name: str) -> None:
    found = error_events.list_by_reference(context.session, name)
    if not found:
        add_error_reply(result, "admin-logs-unknown", name=name[:40])
        return
    add_reply(result, *(line for error in found for line in _describe_error(error)))


def _describe_error(error: ErrorEvent) -> Iterator[TranslatedText]:
    event = f"{error.event} {error.code}".strip()
    yield text_for("admin-logs-fault", event=event, at=f"{error.at:%Y-%m-%d %H:%M:%S}", process=error.process)
    if error.kind:
        yield text_for("admin-logs-kind", kind=error.kind)
    if error.trace:
        yield text_for("admin-logs-trace", trace=error.trace[-MAX_TRACE_LENGTH:])


COMMANDS = (
    Command("health", health, Role.SUPPORT),
    Command("logs", logs, Role.SUPPORT, is_operator_only=True),
)
