"""`/health` and `/logs`: how the house is doing, and what broke in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bots.core.admin.answers import mistaken, tell
from bots.core.roles import Command, Role, is_operator
from bots.core.services import BEGIN, STALE
from bots.core.visit import Outcome, Visit, word
from models.deliveries import Wording
from models.faults import Fault
from models.readings import Reading
from models.whatsapp import State
from pipeline.diary import FORGOTTEN
from pipeline.service import Pipeline
from pipeline.watchman import OLDEST
from storage import faults, figures, provider_events, readings, watching, whatsapp
from storage.faults import Tally

LOGGED = timedelta(days=7)
A_DAY = timedelta(days=1)
TRACE = 700  # characters of a trace, the innermost


@dataclass(frozen=True, slots=True)
class Room:
    """One line of the answer, and whether what it tells is well."""

    ok: bool
    key: str
    values: Mapping[str, str | int | float]

    def line(self) -> Wording:
        return word(self.key, mark="✅" if self.ok else "⚠️", **self.values)


def health(_pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    """What the database knows; the operator sees the whole house, another tenant what is its own."""
    rooms = [*_rooms_of_all(visit)] if is_operator(visit) else [*_rooms_of_tenant(visit)]
    headline = "admin-health-well" if all(room.ok for room in rooms) else "admin-health-amiss"
    tell(outcome, word(headline), *(room.line() for room in rooms))


def _rooms_of_all(visit: Visit) -> Iterator[Room]:
    session, now = visit.session, visit.now
    queue = figures.queued(session, now)
    yield _queue(queue.count, queue.oldest_seconds)
    seen = watching.vitals(session, now)
    yield Room(seen.workers > 0 and not seen.gone, "admin-health-workers", {"workers": seen.workers})
    owed = figures.owed(session, now)
    waits = {"owed": owed.count, "minutes": round(owed.oldest_seconds / 60)}
    yield Room(owed.oldest_seconds <= OLDEST, "admin-health-outbox", waits)
    late = provider_events.oldest(session, now)
    news = {"waiting": provider_events.waiting(session), "minutes": round(late / 60)}
    yield Room(late <= OLDEST, "admin-health-payments", news)
    yield from _numbers(visit, whatsapp.listed(session))
    yield from _outside(visit)
    broken = faults.count(session, now - A_DAY)
    yield Room(not broken, "admin-health-faults", {"count": broken})


def _rooms_of_tenant(visit: Visit) -> Iterator[Room]:
    queue = figures.queued(visit.session, visit.now, visit.account.tenant_id)
    yield _queue(queue.count, queue.oldest_seconds)
    yield from _numbers(visit, whatsapp.listed(visit.session, visit.account.tenant_id))


def _queue(count: int, seconds: float) -> Room:
    return Room(seconds <= OLDEST, "admin-health-queue", {"queued": count, "minutes": round(seconds / 60)})


def _numbers(visit: Visit, listed: list[whatsapp.Listed]) -> Iterator[Room]:
    if listed:
        online = sum(each.row.state == State.ONLINE and not each.row.is_unseen(visit.now) for each in listed)
        values = {"online": online, "numbers": len(listed)}
        yield Room(online == len(listed), "admin-health-numbers", values)


def _outside(visit: Visit) -> Iterator[Room]:
    """Services and disks, as they were seen last."""
    for reading in readings.newest(visit.session, BEGIN, visit.now - FORGOTTEN):
        yield _service(reading, is_stale=reading.read_at < visit.now - STALE)
    for reading in readings.newest(visit.session, "disk:", visit.now - FORGOTTEN):
        yield _disk(reading)


def _service(reading: Reading, *, is_stale: bool) -> Room:
    name = reading.name.removeprefix(BEGIN)
    if reading.ok and not is_stale:
        seconds = float(reading.about.get("seconds", 0))
        return Room(True, "admin-health-service", {"name": name, "seconds": round(seconds, 1)})
    reason = "?" if is_stale else str(reading.about.get("error") or reading.about.get("status") or "?")
    return Room(False, "admin-health-service-amiss", {"name": name, "reason": reason})


def _disk(reading: Reading) -> Room:
    percent = round(100 * float(reading.about.get("share", 0)))
    free = round(float(reading.about.get("free", 0)) / 1e9, 1)
    name = reading.name.partition(":")[2]
    return Room(reading.ok, "admin-health-disk", {"name": name, "percent": percent, "free": free})


def logs(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """What broke lately, by code; with the name people are shown behind a code, where it came from."""
    if arguments:
        _tell_fault(visit, outcome, arguments.strip("()").split("·")[-1].strip().lower())
        return
    tallies = faults.tallies(visit.session, visit.now - LOGGED)
    if tallies:
        tell(outcome, word("admin-logs"), *(_tally(each) for each in tallies))
    else:
        tell(outcome, word("admin-logs-none"))


def _tally(tally: Tally) -> Wording:
    event = f"{tally.event} {tally.code}".strip()
    at = f"{tally.last_at:%Y-%m-%d %H:%M}"
    return word("admin-logs-line", count=tally.count, event=event, at=at, name=tally.name or "–")


def _tell_fault(visit: Visit, outcome: Outcome, name: str) -> None:
    found = faults.named(visit.session, name)
    if not found:
        mistaken(outcome, "admin-logs-unknown", name=name[:40])
        return
    tell(outcome, *(line for fault in found for line in _fault(fault)))


def _fault(fault: Fault) -> Iterator[Wording]:
    event = f"{fault.event} {fault.code}".strip()
    yield word("admin-logs-fault", event=event, at=f"{fault.at:%Y-%m-%d %H:%M:%S}", process=fault.process)
    if fault.kind:
        yield word("admin-logs-kind", kind=fault.kind)
    if fault.trace:
        yield word("admin-logs-trace", trace=fault.trace[-TRACE:])


COMMANDS = (
    Command("health", health, Role.SUPPORT),
    Command("logs", logs, Role.SUPPORT, for_operator=True),
)
