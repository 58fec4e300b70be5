"""What administrators' commands answer with."""

from dataclasses import replace
from typing import Any

from bots.core.visit import Outcome, Reply, Values, Visit, say, word
from models.deliveries import ChoiceWording, Message, Wording
from models.jobs import Job, Kind
from models.people import Person
from storage import people

SIGNS: dict[str, str] = {Kind.SKETCH: "✏️", Kind.CAPTION: "💬"}
Rows = tuple[tuple[ChoiceWording, ...], ...]


def tell(outcome: Outcome, *paragraphs: Wording, choices: Rows = ()) -> None:
    """Answer with paragraphs, and what can be chosen under them."""
    outcome.replies.append(Reply(Message(paragraphs=paragraphs, choices=choices)))


def mistaken(outcome: Outcome, key: str, **values: Values) -> None:
    """Say why nothing was done: the form of the command, or who or what is not known."""
    outcome.carried_out = False
    outcome.replies.append(say(key, **values))


def press(command: str, key: str, *, inner: Wording | None = None, **values: Values) -> ChoiceWording:
    """A button that says a command: `press("users #2", ...)`. It is checked and written down like a typed one.

    `inner` is a sentence for the placeholder `value`.
    """
    return ChoiceWording(data=f"say:{command}", label=Wording(key=key, values=values, inner=inner))


def standing(job: Job) -> dict[str, Any]:
    """A film in a list: its code, a sign for its kind, and how it stands, in words."""
    return {"code": job.short, "kind": SIGNS[job.kind], "inner": word(f"admin-status-{job.status}")}


def whom(visit: Visit, outcome: Outcome, who: str) -> Person | None:
    """The person of this tenant that a command names, by `telegram:123` or the first letters of their id here; when
    there is none the reply says so.
    """
    found = people.identified(visit.session, visit.account.tenant_id, who) or people.known_as(
        visit.session, visit.account.tenant_id, who
    )
    if found is None:
        mistaken(outcome, "grant-unknown", who=who[:60] or "?")
        return None
    outcome.about["person"] = found.id
    return found


def in_place(visit: Visit, outcome: Outcome) -> None:
    """The first answer takes the place of the message that was pressed."""
    if outcome.replies:
        first = outcome.replies[0]
        message = first.message.model_copy(update={"edits": visit.inbound.message})
        outcome.replies[0] = replace(first, message=message)


def called(person: Person) -> str:
    """How commands name a person."""
    return f"{person.channel}:{person.external_id}"
