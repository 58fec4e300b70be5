"""`/broadcast`: news to everybody, seen and counted first, sent slowly, paused, stopped and accounted for."""

from collections.abc import Callable
from typing import Any

from bots.core.admin import confirm
from bots.core.admin.answers import mistaken, press, tell
from bots.core.roles import Command, Role
from bots.core.visit import Outcome, Visit, word
from bots.locales import LANGUAGES
from models.deliveries import ChoiceWording, Wording
from models.notices import Broadcast, BroadcastStatus
from pipeline.service import Pipeline
from storage import broadcasts
from storage.broadcasts import Audience
from storage.people import SHORT

LONGEST = 3500  # characters
A_MINUTE = 25 * 60  # messages
NAMES = {"en": "English", "pt-BR": "Português", "es": "Español"}
DRAFT, SENDING, PAUSED = BroadcastStatus.DRAFT, BroadcastStatus.SENDING, BroadcastStatus.PAUSED
Act = Callable[[Visit, Outcome, Broadcast], None]


def broadcast(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """`TEXT` drafts it; `pause`, `resume`, `stop`, `report`, `send` and `for` go with the code of one."""
    verb, _, rest = arguments.partition(" ")
    code, *more = rest.split() or [""]
    if not arguments:
        _list(visit, outcome)
    elif not (verb in {*ACTS, "for"} and SHORT.fullmatch(code)):
        _draft(visit, outcome, arguments)
    elif (found := broadcasts.named(visit.session, visit.account.tenant_id, code)) is None:
        mistaken(outcome, "admin-broadcast-unknown", code=code)
    elif verb == "for":
        _choose_languages(visit, outcome, found, more)
    else:
        outcome.about["broadcast"] = found.id
        ACTS[verb](visit, outcome, found)


def _list(visit: Visit, outcome: Outcome) -> None:
    found = broadcasts.latest(visit.session, visit.account.tenant_id)
    rows = tuple((press(f"broadcast report {each.short}", "admin-broadcast-line", **_line(each)),) for each in found)
    heading = (word("admin-broadcast-list"),) if found else ()
    tell(outcome, word("admin-broadcast-usage"), *heading, choices=rows)


def _line(each: Broadcast) -> dict[str, Any]:
    when = f"{each.started_at or each.created_at:%Y-%m-%d %H:%M}"
    return {"code": each.short, "when": when, "inner": word(f"admin-broadcast-state-{each.status}")}


def _draft(visit: Visit, outcome: Outcome, text: str) -> None:
    """Show it as people will see it, then whom it would reach."""
    if len(text) > LONGEST:
        mistaken(outcome, "admin-broadcast-long", limit=LONGEST)
        return
    reached = broadcasts.audience(visit.session, visit.account.tenant_id)
    if not reached.languages:
        mistaken(outcome, "admin-broadcast-only-whatsapp" if reached.never_unasked else "admin-broadcast-nobody")
        return
    row = Broadcast(
        tenant_id=visit.account.tenant_id,
        person_id=visit.person.id,
        address_id=visit.address.id,
        text=text,
        created_at=visit.now,
    )
    broadcasts.draft(visit.session, row)
    outcome.carried_out = False
    tell(outcome, word("name", name=text))
    _preview(outcome, row, reached)


def _preview(outcome: Outcome, row: Broadcast, reached: Audience) -> None:
    told = [word("admin-broadcast-preview", people=reached.count(row.languages))]
    for language, count in sorted(reached.languages.items()):
        told.append(word("admin-broadcast-language", name=NAMES.get(language, language), people=count))
    if reached.never_unasked:
        told.append(word("admin-broadcast-whatsapp", people=reached.never_unasked))
    if reached.unreachable:
        told.append(word("admin-broadcast-unreachable", people=reached.unreachable))
    send = press(f"broadcast send {row.short}", "admin-choice-send")
    tell(outcome, *told, choices=(_languages(row), (send,)))


def _languages(row: Broadcast) -> tuple[ChoiceWording, ...]:
    """Everybody, or those who read one language."""
    everybody = _chosen(word("admin-choice-everybody"), not row.languages, f"broadcast for {row.short}")
    return (
        everybody,
        *(
            _chosen(word("name", name=NAMES[tag]), tag in row.languages, f"broadcast for {row.short} {tag}")
            for tag in LANGUAGES
        ),
    )


def _chosen(label: Wording, is_chosen: bool, command: str) -> ChoiceWording:
    wording = Wording(key="admin-choice-chosen", inner=label) if is_chosen else label
    return ChoiceWording(data=f"say:{command}", label=wording)


def _choose_languages(visit: Visit, outcome: Outcome, row: Broadcast, tags: list[str]) -> None:
    """A language that was chosen is left out again; none means everybody."""
    outcome.carried_out = False
    if row.status != DRAFT:
        mistaken(outcome, "admin-broadcast-late", code=row.short)
        return
    chosen = set(row.languages) ^ {tag for tag in tags if tag in LANGUAGES} if tags else set()
    row.languages = sorted(chosen)
    visit.session.flush()
    _preview(outcome, row, broadcasts.audience(visit.session, row.tenant_id))


def send(visit: Visit, outcome: Outcome, row: Broadcast) -> None:
    people = broadcasts.audience(visit.session, row.tenant_id).count(row.languages)
    if row.status != DRAFT or not people:
        mistaken(outcome, "admin-broadcast-late" if people else "admin-broadcast-nobody", code=row.short)
        return
    sure = word("admin-broadcast-sure", people=people, minutes=max(1, round(people / A_MINUTE)))
    confirm.ask(visit, outcome, sure, action=("broadcast", {"broadcast": row.id.hex, "people": people}))


@confirm.carries_out("broadcast", Role.ADMIN)
def begun(_pipeline: Pipeline, visit: Visit, outcome: Outcome, values: dict[str, Any]) -> None:
    row = broadcasts.named(visit.session, visit.account.tenant_id, values["broadcast"])
    if row is None or not broadcasts.turn(visit.session, row, (DRAFT,), SENDING):
        mistaken(outcome, "admin-broadcast-unknown", code=values["broadcast"][:8])
        return
    row.started_at = visit.now
    visit.session.flush()
    outcome.about |= {"broadcast": row.id, "people": values["people"]}
    tell(outcome, word("admin-broadcast-begun", code=row.short), choices=_doors(row))


def _doors(row: Broadcast) -> tuple[tuple[ChoiceWording, ...], ...]:
    report_ = (press(f"broadcast report {row.short}", "admin-choice-report"),)
    halt = press(f"broadcast stop {row.short}", "admin-choice-halt")
    turns = {
        SENDING: (press(f"broadcast pause {row.short}", "admin-choice-pause"), halt),
        PAUSED: (press(f"broadcast resume {row.short}", "admin-choice-resume"), halt),
    }
    found = turns.get(BroadcastStatus(row.status))
    return (found, report_) if found else ()


def report(visit: Visit, outcome: Outcome, row: Broadcast) -> None:
    """How far it has come."""
    found = broadcasts.tally(visit.session, row)
    told = _line(row)
    line = Wording(key="admin-broadcast-line", inner=told.pop("inner"), values=told)
    counts = {"sent": found.sent, "blocked": found.blocked, "failed": found.failed, "left": _left(visit, row)}
    tell(outcome, line, word("name", name=row.text), word("admin-broadcast-counts", **counts), choices=_doors(row))


def _left(visit: Visit, row: Broadcast) -> int:
    """How many it is still to reach, about: people come and go meanwhile."""
    if row.status not in {SENDING, PAUSED}:
        return 0
    found = broadcasts.tally(visit.session, row)
    if row.is_read:
        return found.left
    reached = broadcasts.audience(visit.session, row.tenant_id).count(row.languages)
    return max(found.left, reached - found.sent - found.failed)


def _turned(before: tuple[BroadcastStatus, ...], to: BroadcastStatus) -> Act:
    def act(visit: Visit, outcome: Outcome, row: Broadcast) -> None:
        if not broadcasts.turn(visit.session, row, before, to):
            mistaken(outcome, "admin-broadcast-late", code=row.short)
            return
        report(visit, outcome, row)

    return act


ACTS: dict[str, Act] = {
    "send": send,
    "report": report,
    "pause": _turned((SENDING,), PAUSED),
    "resume": _turned((PAUSED,), SENDING),
    "stop": _turned((SENDING, PAUSED), BroadcastStatus.STOPPED),
}
COMMANDS = (Command("broadcast", broadcast, Role.ADMIN, verbs=frozenset(ACTS) - {"send", "report"}),)
