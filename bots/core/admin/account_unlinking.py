"""Unlinking of users who were joined by mistake, for administrators."""

from sqlmodel import Session

from bots.core.admin.replies import add_error_reply
from bots.core.context import Context, HandlerResult, Reply, reply_for, text_for
from models.identity.codes import PersonMerge
from models.identity.people import Person
from models.messaging.deliveries import Message, TranslatedText
from pipeline import Pipeline
from storage.identity import account_merge


def unjoin(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Without an argument, list the latest joins; with an id, undo that one."""
    if not arguments:
        result.replies.append(Reply(_list_joins(context)))
        return
    row = account_merge.find_by_short_id(context.session, context.account.tenant_id, arguments)
    if row is None:
        add_error_reply(result, "unjoin-unknown", code=arguments[:40])
        return
    returned_credits = account_merge.undo(context.session, row, context.person, context.now)
    if returned_credits is None:
        add_error_reply(result, "unjoin-later")
        return
    result.audit_details["join"] = row.id
    result.replies.append(reply_for("unjoin-done", credits=returned_credits, code=row.short_id))


def _list_joins(context: Context) -> Message:
    lines = [
        _describe_join(context.session, row)
        for row in account_merge.list_latest(context.session, context.account.tenant_id)
    ]
    return Message(paragraphs=(text_for("unjoin-usage"), *lines))


def _describe_join(session: Session, row: PersonMerge) -> TranslatedText:
    source, target = (session.get_one(Person, each) for each in (row.source_id, row.target_id))
    names = {"source": f"{source.channel}:{source.external_id}", "target": f"{target.channel}:{target.external_id}"}
    return text_for("unjoin-line", code=row.short_id, **names)
