"""`/backup`: requests a backup now and shows the state of the last one, for the operator."""

from bots.core.admin.replies import add_reply
from bots.core.context import Context, HandlerResult, text_for
from bots.core.roles import Command
from models.identity.roles import Role
from pipeline import Pipeline
from storage.backups import runs


def backup(_pipeline: Pipeline, context: Context, result: HandlerResult, _arguments: str) -> None:
    """Request a backup; the process that makes backups sends a message when it is stored."""
    last = runs.find_last(context.session)
    is_new = runs.request(context.session, context.person, context.address, context.now)
    result.is_carried_out = is_new
    paragraphs = [text_for("admin-backup-begun" if is_new else "admin-backup-wanted")]
    if last is None or last.ended_at is None:
        paragraphs.append(text_for("admin-backup-first"))
    else:
        paragraphs.append(text_for("admin-backup-last", name=last.name, when=f"{last.ended_at:%Y-%m-%d %H:%M} UTC"))
    add_reply(result, *paragraphs)


COMMANDS = (Command("backup", backup, min_role=Role.OWNER, is_operator_only=True),)
