"""Commands for codes that grant credits: promotions, gifts and invitations."""

import re

from bots.core.admin.answers import mistaken
from bots.core.shop import in_private
from bots.core.visit import Outcome, Reply, Visit, say, word
from models.deliveries import Message
from pipeline.service import Pipeline
from storage import bonuses

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,39}")
MOST = 1_000_000  # credits, uses and days of a promotion
INVITED_WITH = "hello_"  # prefix of an invitation code in the argument of /start


def invited_with(argument: str) -> str:
    """Extract the invitation code from the argument of /start, empty if there is none. A deep link takes no hyphens."""
    is_code = argument.lower().startswith(INVITED_WITH)
    return argument.upper().replace("_", "-") if is_code else ""


@in_private
def redeem(pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Redeem a code for its credits."""
    word_ = arguments.upper().replace(" ", "")
    if not word_:
        outcome.replies.append(say("redeem-usage"))
        return
    invitation = pipeline.access.catalogue.invitation
    done = (
        bonuses.redeem(visit.session, visit.person, word_, invitation, visit.now)
        if CODE.fullmatch(word_)
        else bonuses.Redemption(bonuses.Verdict.UNKNOWN)
    )
    if done.verdict is not bonuses.Verdict.DONE:
        outcome.replies.append(say(f"redeem-{done.verdict}"))
        return
    available = pipeline.standing(visit.session, visit.person).credits.available
    outcome.replies.append(say("redeem-done", credits=done.credits, total=available))


@in_private
def gift(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Turn purchased credits into a gift code for another user."""
    amount = _number(arguments)
    if amount is None:
        outcome.replies.append(say("gift-usage"))
        return
    code = bonuses.wrap(visit.session, visit.person, amount, visit.now)
    if code is None:
        outcome.replies.append(say("gift-too-few"))
        return
    paragraphs = [word("gift-done", credits=amount, code=code.code)]
    if code.expires_at is not None:
        paragraphs.append(word("gift-until", returns=f"{code.expires_at:%Y-%m-%d}"))
    outcome.replies.append(Reply(Message(paragraphs=tuple(paragraphs))))


@in_private
def invite(pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    """Show the user's own invitation code, and how many new users have redeemed it."""
    terms = pipeline.access.catalogue.invitation
    if not terms.most:
        outcome.replies.append(say("invite-closed"))
        return
    code = bonuses.invite(visit.session, visit.person, terms)
    friends = bonuses.uses_of(visit.session, code)
    about = word("invite", code=code.code, invited=code.credits, inviter=terms.inviter)
    outcome.replies.append(Reply(Message(paragraphs=(about, word("invite-so-far", count=friends)))))


@in_private
def promo(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Manage promotions, for administrators: `create CODE credits uses [days]`, `list`, `stop CODE`."""
    match arguments.split():
        case ["create", name, amount, uses, *days] if len(days) <= 1:
            _create(visit, outcome, name.upper(), amount, uses, days[0] if days else None)
        case ["list"]:
            outcome.replies.append(Reply(_list(visit)))
        case ["stop", name] if bonuses.stop(visit.session, visit.account.tenant_id, name, visit.now):
            outcome.replies.append(say("promo-stopped", code=name.upper()))
        case ["stop", name]:
            mistaken(outcome, "promo-unknown", code=name.upper())
        case _:
            mistaken(outcome, "promo-usage")


def _create(visit: Visit, outcome: Outcome, name: str, amount: str, uses: str, days: str | None) -> None:
    credits_, times, lasts = _number(amount), _number(uses), _number(days or "")
    is_reserved = name.startswith((bonuses.GIFT, bonuses.INVITE))
    if not CODE.fullmatch(name) or is_reserved or not credits_ or not times or (days is not None and not lasts):
        mistaken(outcome, "promo-usage")
    elif not bonuses.create(visit.session, visit.account.tenant_id, name, credits_, times, lasts):
        mistaken(outcome, "promo-taken", code=name)
    else:
        outcome.about |= {"credits": credits_, "uses": times}
        outcome.replies.append(say("promo-done", code=name, credits=credits_, uses=times))


def _list(visit: Visit) -> Message:
    found = bonuses.promotions(visit.session, visit.account.tenant_id)
    lines = [
        word("promo-line", code=code.code, credits=code.credits, uses=uses, left=code.uses_left) for code, uses in found
    ]
    return Message(paragraphs=tuple(lines) or (word("promo-none"),))


def _number(text: str) -> int | None:
    """Parse a whole number from 1 to a million; None for any other text, which may be hostile."""
    is_plain = text.isascii() and text.isdecimal() and len(text) <= 7
    return int(text) if is_plain and 0 < int(text) <= MOST else None
