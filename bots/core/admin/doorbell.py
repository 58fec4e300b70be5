"""How people reach a business: its owner brings a bot of Telegram's, or pairs a number on WhatsApp."""

import re

from bots.core import numbers
from bots.core.admin.answers import mistaken, tell
from bots.core.admin.ownership import named
from bots.core.visit import Outcome, Visit, word
from models.people import Tenant
from storage import bots
from storage.bots import Taken, TooMany

TOKEN = re.compile(r"[0-9]{5,12}:[A-Za-z0-9_-]{20,64}")


def token(visit: Visit, outcome: Outcome, rest: str) -> None:
    """`[NAME] TOKEN`: keep a bot's token sealed. The message it stood in is deleted, whatever comes of it."""
    *name, secret = rest.split() or [""]
    outcome.erases = TOKEN.search(rest) is not None
    if not TOKEN.fullmatch(secret) or len(name) > 1:
        mistaken(outcome, "admin-tenant-token-usage")
        return
    found = named(visit, outcome, name[0] if name else "")
    if found is not None:
        _keep(visit, outcome, found, secret)


def _keep(visit: Visit, outcome: Outcome, found: Tenant, secret: str) -> None:
    assert visit.keyring is not None  # noqa: S101 - every process that answers has one
    told = visit.person, visit.address
    try:
        bots.bring(visit.session, visit.keyring.secret, found, secret, told, visit.now)
    except Taken:
        mistaken(outcome, "admin-tenant-token-taken")
    except TooMany:
        mistaken(outcome, "admin-tenant-token-many", limit=bots.MOST)
    else:
        erased = "admin-tenant-token-erased" if visit.can.erases else "admin-tenant-token-erase"
        tell(outcome, word("admin-tenant-token-kept", name=found.name), word(erased))


def pair(visit: Visit, outcome: Outcome, rest: str) -> None:
    """`[NAME] [PHONE]`: show the code that pairs a number."""
    first, _, phone = rest.partition(" ")
    is_name = bool(first) and any(sign.isalpha() for sign in first)
    found = named(visit, outcome, first if is_name else "")
    if found is not None:
        numbers.pair_for(visit, outcome, found.id, phone if is_name else rest)
