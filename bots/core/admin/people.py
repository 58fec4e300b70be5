"""`/users` and `/user`: people looked up, how they stand, and what is noted about them."""

import re
from collections.abc import Sequence
from uuid import UUID

from bots.core.admin.answers import called, mistaken, press, standing, tell, whom
from bots.core.roles import Command, Role
from bots.core.visit import Outcome, Visit, word
from bots.core.ways import amount, title
from models.deliveries import ChoiceWording, Wording
from models.people import Person
from pipeline.service import Pipeline
from storage import people, roster

LONGEST_NOTE = 500  # characters
LONGEST_SEARCH = 40  # bytes that fit onto a button with what is around them
_PAGE = re.compile(r"#([1-9][0-9]{0,4})(?: (.*))?", re.DOTALL)
_PHONE = re.compile(r"\+[0-9 ().-]+")


def users(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """`` is everybody, newest first, words look for a name or id; `#2 ..` is the second page."""
    paged = _PAGE.fullmatch(arguments)
    page, words = (int(paged[1]), paged[2] or "") if paged else (1, arguments)
    words = _sought(words)
    found, total = roster.search(visit.session, visit.account.tenant_id, words, page)
    pages = max(1, -(-total // roster.PAGE))
    rows = [(press(f"user {each.short}", "admin-users-line", name=_name(each), who=called(each)),) for each in found]
    turns = [("admin-choice-back", page - 1), ("admin-choice-next", page + 1)]
    turning = tuple(press(f"users #{to} {words}".strip(), key) for key, to in turns if 1 <= to <= pages)
    heading = word("admin-users", total=total, page=page, pages=pages)
    tell(outcome, heading, choices=(*rows, turning) if turning else tuple(rows))


def _sought(words: str) -> str:
    """What is looked for, as far as a button takes it; phone numbers as messengers write ids."""
    if _PHONE.fullmatch(words):
        words = re.sub(r"[^0-9]", "", words)
    return words.encode()[:LONGEST_SEARCH].decode(errors="ignore").strip()


def _name(person: Person) -> str:
    banned = "🚫 " if person.banned_at else ""
    return f"{banned}{person.name[:24] or '–'}"


def user(pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """`WHO` shows somebody, `WHO text` notes something about them."""
    who, _, text = arguments.partition(" ")
    if not who:
        mistaken(outcome, "admin-user-usage")
        return
    person = whom(visit, outcome, who)
    if person is None:
        return
    if text.strip():
        noted = roster.add_note(visit.session, person, visit.person, text.strip()[:LONGEST_NOTE], visit.now)
        outcome.about["note"] = noted.id
    selves = people.selves(visit.session, person)
    told = (*_about(visit, person, selves), *_standing(pipeline, visit, person), *_history(visit, selves))
    tell(outcome, *told, choices=_doors(visit, person, selves))


def _about(visit: Visit, person: Person, selves: Sequence[UUID]) -> list[Wording]:
    joined = [visit.session.get_one(Person, each) for each in selves if each != person.id]
    told = [word("admin-user", name=person.name[:60] or "–", who=called(person), code=person.short)]
    told += [word("admin-user-joined", who=called(each)) for each in joined]
    since = f"{person.created_at:%Y-%m-%d}"
    told.append(word("admin-user-since", returns=since, language=person.language, plan=title(person.plan)))
    if person.role:
        told.append(word("admin-user-role", role=person.role))
    if person.banned_at:
        told.append(word("admin-user-banned", returns=f"{person.banned_at:%Y-%m-%d}"))
    return told


def _standing(pipeline: Pipeline, visit: Visit, person: Person) -> list[Wording]:
    standing = pipeline.standing(visit.session, person)
    if not standing.plan.metered:
        return [word("admin-user-unmetered")]
    had = standing.credits
    return [word("admin-user-credits", available=had.available, reserved=had.reserved, debt=had.debt)]


def _history(visit: Visit, selves: Sequence[UUID]) -> list[Wording]:
    """Films by how they ended, payments with the name a refund takes, and notes."""
    films = roster.jobs_by_status(visit.session, selves)
    statuses = ("done", "failed", "cancelled", "queued", "running")
    told = [word("admin-user-films", **{each: films.get(each, 0) for each in statuses})]
    for purchase in roster.paid(visit.session, selves):
        day, names = f"{purchase.decided_at or purchase.created_at:%Y-%m-%d}", {"code": purchase.short}
        about = {"returns": day, "item": purchase.item, "provider": purchase.provider, **names}
        told.append(Wording(key="admin-user-paid", values=about, inner=amount(purchase.amount, purchase.currency)))
    noted = roster.notes(visit.session, selves)
    return told + [word("admin-user-note", returns=f"{each.created_at:%Y-%m-%d}", text=each.text) for each in noted]


def _doors(visit: Visit, person: Person, selves: Sequence[UUID]) -> tuple[tuple[ChoiceWording, ...], ...]:
    """To the latest films, and to what can be done about somebody."""
    films = [
        (press(f"job {job.short}", "admin-user-job", **standing(job)),)
        for job in roster.latest_jobs(visit.session, selves)
    ]
    if visit.role < Role.ADMIN:
        return tuple(films)
    verb = "unban" if person.banned_at else "ban"
    return (*films, (press(f"{verb} {person.short}", f"admin-choice-{verb}"),))


COMMANDS = (
    Command("users", users, Role.SUPPORT),
    Command("user", user, Role.SUPPORT),
)
