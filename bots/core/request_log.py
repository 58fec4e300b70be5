"""Canonical log line of every update: its kind, its result and its duration, never its content."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from bots.core.channel import Inbound
from bots.core.conversation import callbacks, command_aliases, commands
from bots.core.conversation.features.registry import find_requested_feature
from models.identity.people import Account
from pipeline import bind_new_request

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class LogLine:
    """Fields filled in while the update is handled. `jobs` are the short ids of the jobs it submitted."""

    outcome: str = "answered"
    attempt: int = 0
    replies: int = 0
    jobs: tuple[str, ...] = ()


@contextmanager
def log_update(account: Account, inbound: Inbound) -> Iterator[LogLine]:
    """Log one line for the update handled in this block, under a request id of its own."""
    log_line, started_at = LogLine(), time.monotonic()
    with bind_new_request(f"{account.id}:{inbound.update_ids[0]}"):
        try:
            yield log_line
        except Exception:
            log_line.outcome = "failed"
            log.exception("update-failed", channel=account.channel)
            raise
        except BaseException:
            log_line.outcome = "stopped"
            raise
        finally:
            _write_line(account, inbound, log_line, time.monotonic() - started_at)


def _write_line(account: Account, inbound: Inbound, log_line: LogLine, seconds: float) -> None:
    log.info(
        "update-handled",
        channel=account.channel,
        account=account.id.hex[:8],
        what=classify_update(inbound),
        files=len(inbound.attachments),
        outcome=log_line.outcome,
        attempt=log_line.attempt,
        replies=log_line.replies,
        jobs=log_line.jobs,
        seconds=round(seconds, 3),
    )


def classify_update(inbound: Inbound) -> str:
    """Classify an update; of a text, only the name of a known command is shown."""
    if inbound.payment is not None:
        return "payment"
    if inbound.choice is not None:
        name = inbound.choice.partition(":")[0]
        return f"choice {name}" if name in callbacks.HANDLERS else "choice"
    if inbound.attachments:
        return "files"
    if (feature := find_requested_feature(inbound.text)) is not None:
        return f"/{feature.command}"
    name = command_aliases.parse_command(inbound.text)[0]
    return f"/{name}" if name in COMMAND_NAMES else "text"


COMMAND_NAMES = frozenset(command.name for command in commands.COMMANDS)
