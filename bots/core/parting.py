"""Unlinking of users who were joined by mistake, for administrators."""

from sqlmodel import Session

from bots.core.admin.answers import mistaken
from bots.core.visit import Outcome, Reply, Visit, say, word
from models.codes import Join
from models.deliveries import Message, Wording
from models.people import Person
from pipeline.service import Pipeline
from storage import joining


def unjoin(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Without an argument, list the latest joins; with an id, undo that one."""
    if not arguments:
        outcome.replies.append(Reply(_list(visit)))
        return
    row = joining.named(visit.session, visit.account.tenant_id, arguments)
    if row is None:
        mistaken(outcome, "unjoin-unknown", code=arguments[:40])
        return
    returned = joining.undo(visit.session, row, visit.person, visit.now)
    if returned is None:
        mistaken(outcome, "unjoin-later")
        return
    outcome.about["join"] = row.id
    outcome.replies.append(say("unjoin-done", credits=returned, code=row.short))


def _list(visit: Visit) -> Message:
    lines = [_line(visit.session, row) for row in joining.latest(visit.session, visit.account.tenant_id)]
    return Message(paragraphs=(word("unjoin-usage"), *lines))


def _line(session: Session, row: Join) -> Wording:
    source, target = (session.get_one(Person, each) for each in (row.source_id, row.target_id))
    names = {"source": f"{source.channel}:{source.external_id}", "target": f"{target.channel}:{target.external_id}"}
    return word("unjoin-line", code=row.short, **names)
