"""Canonical log line of every update: its kind, its result and its duration, never its content."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from bots.core import choices, commands, words
from bots.core.channel import Inbound
from models.people import Account
from pipeline import trail

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Line:
    """Fields filled in while the update is handled. `jobs` are the short ids of the jobs it submitted."""

    outcome: str = "answered"
    attempt: int = 0
    replies: int = 0
    jobs: tuple[str, ...] = ()


@contextmanager
def line(account: Account, inbound: Inbound) -> Iterator[Line]:
    """Log one line for the update handled in this block, under a request id of its own."""
    told, started = Line(), time.monotonic()
    with trail.begun(f"{account.id}:{inbound.updates[0]}"):
        try:
            yield told
        except Exception:
            told.outcome = "failed"
            log.exception("update-failed", channel=account.channel)
            raise
        except BaseException:
            told.outcome = "stopped"
            raise
        finally:
            _write(account, inbound, told, time.monotonic() - started)


def _write(account: Account, inbound: Inbound, told: Line, seconds: float) -> None:
    log.info(
        "update",
        channel=account.channel,
        account=account.id.hex[:8],
        what=what(inbound),
        files=len(inbound.attachments),
        outcome=told.outcome,
        attempt=told.attempt,
        replies=told.replies,
        jobs=told.jobs,
        seconds=round(seconds, 3),
    )


def what(inbound: Inbound) -> str:
    """Classify an update; of a text, only the name of a known command is shown."""
    if inbound.payment is not None:
        return "payment"
    if inbound.choice is not None:
        name = inbound.choice.partition(":")[0]
        return f"choice {name}" if name in choices.HANDLERS else "choice"
    if inbound.attachments:
        return "files"
    name = words.command(inbound.text)[0]
    return f"/{name}" if name in NAMES else "text"


NAMES = frozenset(command.name for command in commands.COMMANDS)
