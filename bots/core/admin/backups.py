"""`/backup`: the operator has a backup made now, and sees how the last one stands."""

from bots.core.admin.answers import tell
from bots.core.roles import Command, Role
from bots.core.visit import Outcome, Visit, word
from pipeline.service import Pipeline
from storage.backups import runs


def backup(_pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    """Ask for a backup; the process that makes backups tells when it lies where it belongs."""
    last = runs.last(visit.session)
    is_new = runs.ask(visit.session, visit.person, visit.address, visit.now)
    outcome.carried_out = is_new
    told = [word("admin-backup-begun" if is_new else "admin-backup-wanted")]
    if last is None or last.ended_at is None:
        told.append(word("admin-backup-first"))
    else:
        told.append(word("admin-backup-last", name=last.name, when=f"{last.ended_at:%Y-%m-%d %H:%M} UTC"))
    tell(outcome, *told)


COMMANDS = (Command("backup", backup, least=Role.OWNER, for_operator=True),)
