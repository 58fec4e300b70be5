"""What must be true after a run, whatever happened in it."""

from collections import Counter
from dataclasses import dataclass

from fakes.ledger_checks import assert_ledger_balances
from sqlmodel import Session, col, func, select

from models.billing.credits import Balance, LedgerPosting, LedgerTransaction, TransactionKind
from models.jobs.job import FINAL_STATUSES, Job, JobOutput, JobStatus
from models.messaging.deliveries import Delivery
from pipeline.kinds.sketch import SKETCH
from tools.chaos.record import Event, Record
from tools.chaos.world import World

STRIKES = frozenset({"kill", "death", "term", "redis", "postgresql"})
SOON = 5.0  # seconds, beside one start of a process, within which interrupted work is begun again
_FILES = sum(not output.is_optional for output in SKETCH.outputs)  # that each film is made with
CLAIMS_END = 1.0  # seconds after SIGTERM


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table: a promise, what was looked at, what was seen, and whether it was kept."""

    promise: str
    what: str
    seen: str
    kept: bool


def findings(world: World) -> list[Finding]:
    """The promises that every run must keep: P1, P2, P3 and P8."""
    with world.site.db.read_transaction() as session:
        jobs = list(session.exec(select(Job)))
        return [
            *_nothing_lost(world.record, jobs),
            *_charged_once(session, jobs),
            *_delivered_once(session, jobs),
            *_resumed(world.record),
            *_drained(world.record),
        ]


def _nothing_lost(record: Record, jobs: list[Job]) -> list[Finding]:
    accepted = {event.number for event in record.events("accepted")}
    ended = Counter(int(str(job.reply_to)) for job in jobs if job.status in FINAL_STATUSES)
    statuses = Counter(JobStatus(job.status) for job in jobs)
    lost = len(accepted - set(ended))
    again = sum(count > 1 for count in Counter(job.reply_to for job in jobs).values())
    given_up = statuses[JobStatus.FAILED]
    return [
        Finding("P1", "accepted / done", f"{len(accepted)} / {statuses[JobStatus.DONE]}", bool(accepted)),
        Finding("P1", "lost", str(lost), lost == 0),
        Finding("P1", "accepted twice", str(again), again == 0),
        Finding("P1", "given up after three killed workers, told and refunded", str(given_up), True),
        Finding("P1", "starts / most of one job", f"{_starts(jobs)} / {_most(jobs)}", _most(jobs) <= 3),
    ]


def _starts(jobs: list[Job]) -> int:
    return sum(job.attempts for job in jobs)


def _most(jobs: list[Job]) -> int:
    return max((job.attempts for job in jobs), default=0)


def _charged_once(session: Session, jobs: list[Job]) -> list[Finding]:
    entries = list(session.exec(select(LedgerTransaction).where(col(LedgerTransaction.job_id).is_not(None))))
    settled = Counter(entry.job_id for entry in entries if entry.kind != TransactionKind.RESERVE)
    captured = {entry.job_id for entry in entries if entry.kind == TransactionKind.CAPTURE}
    done = {job.id for job in jobs if job.status == JobStatus.DONE}
    total = session.exec(select(func.sum(col(LedgerPosting.amount)))).one() or 0
    balances = list(session.exec(select(Balance)))
    once = settled == Counter({job.id: 1 for job in jobs}) and captured == done
    sound = all(each.available >= 0 and each.reserved == 0 for each in balances)
    return [
        Finding("P2", "settlements / jobs", f"{settled.total()} / {len(jobs)}", once),
        Finding("P2", "sum of all postings", str(total), total == 0),
        Finding("P2", "credits >= 0, none held, balances = postings", _said(sound), sound and _balance(session)),
    ]


def _balance(session: Session) -> bool:
    assert_ledger_balances(session)
    return True


def _said(kept: bool) -> str:
    return "yes" if kept else "NO"


def _delivered_once(session: Session, jobs: list[Job]) -> list[Finding]:
    owed = Counter(
        (row.job_id, row.part) for row in session.exec(select(Delivery).where(col(Delivery.job_id).is_not(None)))
    )
    parts = {JobStatus.DONE: "film", JobStatus.FAILED: "failure"}
    wanted = Counter((job.id, parts[JobStatus(job.status)]) for job in jobs if job.status in parts)
    outputs = Counter(session.exec(select(JobOutput.job_id)))
    films = outputs == Counter({job.id: _FILES for job in jobs if job.status == JobStatus.DONE})
    return [Finding("P2", "delivery rows / jobs", f"{owed.total()} / {wanted.total()}", owed == wanted and films)]


def _resumed(record: Record) -> list[Finding]:
    waits = sorted(resumptions(record.events()))
    if not waits:
        return []
    p95, startup = waits[min(len(waits) - 1, int(0.95 * len(waits)))], max(startups(record.events()))
    seen = f"{len(waits)}: {p95:.1f} / {waits[-1]:.1f} / {startup:.1f} s"
    what = "interrupted jobs: kill to next start, p95 / max / slowest start of a process"
    return [Finding("P3", what, seen, waits[-1] <= SOON + startup)]


def startups(events: list[Event]) -> list[float]:
    """For each process of a run that became ready, the seconds from its start: the pace of the machine."""
    started = {event.pid: event.at for event in events if event.what == "spawn"}
    return [event.at - started[event.pid] for event in events if event.what == "ready"]


def resumptions(events: list[Event]) -> list[float]:
    """For each job that a kill interrupted, the seconds until it was started again.

    A strike at another process while the job waits begins the wait anew: every crash has its own time.
    """
    waits, begun, struck = [], dict[int, Event](), dict[int, float]()
    for event in events:
        if event.what == "start":
            if event.number in struck:
                waits.append(event.at - struck.pop(event.number))
            begun[event.number] = event
        elif event.what == "end":
            begun.pop(event.number, None)
        elif event.what in STRIKES:
            interrupted = [number for number, start in begun.items() if start.pid == event.pid]
            struck |= dict.fromkeys([*struck, *(interrupted if event.what != "term" else ())], event.at)
    return waits


def _drained(record: Record) -> list[Finding]:
    events = record.events()
    late = [_last_start(events, event) for event in events if event.what == "term"]
    if not late:
        return []
    return [Finding("P8", "SIGTERM to the last job begun, max", f"{max(late):.2f} s", max(late) <= CLAIMS_END)]


def _last_start(events: list[Event], term: Event) -> float:
    """Seconds from SIGTERM to the last start in that process; 0 when there was none."""
    starts = [each.at for each in events if each.what == "start" and each.pid == term.pid and each.at > term.at]
    return max(starts, default=term.at) - term.at
