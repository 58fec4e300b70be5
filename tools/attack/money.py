"""Line 11: credits that nobody paid for: by odd arguments, invitations of oneself, gifts given twice, forged events."""

import hashlib
import hmac
import json
import re
import time
from datetime import timedelta

from fakes.simulated_users import create_photograph
from sqlmodel import Session, select

from models.billing.payments import Customer, Subscription
from models.identity.people import Person
from storage.billing import ledger
from tools.attack.chat import open_chat
from tools.attack.guest import Guest, sign_in
from tools.attack.installation import FREE_CREDITS, WEBHOOK_SECRET, Installation
from tools.attack.target import Attack, AttackFailed, choose_source

CAPS = ("000000500999999", "500999999", "0500", "500 ", "500:", "٥٠٠", "+500", "5e2", "500\n", "-1", "1000000")
OFFERED = {0, 50, 100, 250, 500}
NUMBERS = ("1e3", "٣", "-5", "+5", "0x10", "1_000", "1" * 5000, "5.0", "5 5", "NaN", "½")


def lend_oneself_credits(page: Installation) -> str:
    """Choose caps on extra credits that are not offered."""
    chat = open_chat(page)
    with page.db.transaction() as session:
        _subscribe(session, chat.find_person(), page)
    for cap in CAPS:
        chat.press(f"extra:{cap}")
    chat.count_credits()
    query = select(Subscription.overage_cap).where(Subscription.person_id == chat.find_person().id)
    with page.db.read_transaction() as session:
        lent = session.exec(query).one()
    return "" if lent in OFFERED else f"{lent:,} credits are lent"


def _subscribe(session: Session, person: Person, page: Installation) -> None:
    now = page.db.clock()
    tenant_id, customer_id = person.tenant_id, f"cus_{person.short_id}"
    session.add(Customer(tenant_id=tenant_id, person_id=person.id, external_id=customer_id))
    session.flush()
    subscription = Subscription(
        tenant_id=tenant_id,
        person_id=person.id,
        external_id=f"sub_{person.short_id}",
        customer_id=customer_id,
        plan="starter",
        status="active",
        currency="usd",
        period_start=now,
        period_end=now + timedelta(days=30),
    )
    session.add(subscription)
    session.get_one(Person, person.id).plan = "starter"


def give_odd_numbers(page: Installation) -> str:
    """Give away and redeem numbers of credits that are none."""
    for command in ("/gift", "/redeem"):
        chat = open_chat(page)
        for number in NUMBERS:
            chat.send(f"{command} {number}"[:4000])
        if (found := chat.count_credits()) != FREE_CREDITS:
            return f"{command} makes {found} of {FREE_CREDITS} credits"
    return ""


def give_twice(page: Installation) -> str:
    """Give the same credits away many times, and redeem one gift from many chats at once."""
    giver, friends = open_chat(page), [open_chat(page) for _ in range(6)]
    with page.db.transaction() as session:
        person = session.get_one(Person, giver.find_person().id)
        ledger.grant(session, person, 30, key=f"grant:cs_{person.id}", now=page.db.clock())
    gifts = [found[1] for _ in range(8) if (found := re.search(r"(GIFT-[A-Z0-9-]+)", giver.send("/gift 20").text))]
    for friend in friends:
        friend.user.send_text(f"/redeem {gifts[0] if gifts else ''}")
    given = sum(friend.count_credits() - FREE_CREDITS for friend in friends)
    return "" if len(gifts) == 1 and given == 20 else f"of 20 credits {given} arrive, by {len(gifts)} gifts"


def invite_oneself(page: Installation) -> str:
    """Invite spellings of one's own mailbox, friends of one's own network, and friends who never do anything."""
    name = f"ana-{time.time_ns()}"
    with sign_in(page, f"{name}@example.com") as ana:
        code = _read_invitation(ana)
        sources = (ana.source, ana.source, choose_source(), choose_source())
        emails = (f"{name}+1@example.com", f"{name}-a@example.com", f"{name}-b@example.com", f"{name}+2@example.com")
        for email, source in zip(emails, sources, strict=True):
            _redeem(page, email, source, code)
        credits_ = _count_credits(ana)
    return f"invitations bring {credits_ - FREE_CREDITS} credits" if credits_ != FREE_CREDITS else ""


def _redeem(page: Installation, email: str, source: str, code: str) -> None:
    with sign_in(page, email, source) as friend:
        friend.post(f"/redeem {code}")
        friend.wait_for_text("credit|invitation|valid|yourself")
        friend.post("/start hello_" + code.removeprefix("HELLO-"))


def invite_a_neighbour(page: Installation) -> str:
    """Invite somebody on one's own network, who has a film made."""
    with sign_in(page) as ana, sign_in(page, source=ana.source) as friend:
        friend.post(f"/redeem {_read_invitation(ana)}")
        friend.wait_for_text("waiting for you")
        friend.post(files=[("a.png", create_photograph(), "image/png")])
        friend.wait_for_message(lambda message: bool(message["film"]), seconds=90)
        credits_ = _count_credits(ana)
    return f"a neighbour's film brings {credits_ - FREE_CREDITS} credits" if credits_ != FREE_CREDITS else ""


def _read_invitation(guest: Guest) -> str:
    guest.post("/invite")
    found = re.search(r"HELLO-[A-Z0-9-]+", guest.wait_for_text("HELLO-"))
    if found is None:
        raise AttackFailed("the bot invites nobody")
    return found[0]


def _count_credits(guest: Guest) -> int:
    guest.post("/balance")
    found = re.search(r"You have ([\d,]+) credits?", guest.wait_for_text("You have [0-9,]+ credit"))
    return int(found[1].replace(",", "")) if found else 0


def forge_webhooks(page: Installation) -> str:
    """Post events that Stripe did not sign, or signed long ago, or for other bytes."""
    event = {
        "id": "evt_forged",
        "type": "checkout.session.completed",
        "created": 1_700_000_000,
        "livemode": False,
        "data": {"object": {"id": "cs_forged"}},
    }
    body, now = json.dumps(event), round(time.time())
    headers = {
        "none": "",
        "old": _sign(body, now - 3600, WEBHOOK_SECRET),
        "another secret": _sign(body, now, "whsec_guessed"),
        "an empty secret": _sign(body, now, ""),
        "other bytes": _sign(body + " ", now, WEBHOOK_SECRET),
        "another scheme": _sign(body, now, WEBHOOK_SECRET).replace("v1=", "v0="),
        "no time": _sign(body, now, WEBHOOK_SECRET).partition(",")[2],
        "two times": f"t={now}," + _sign(body, now - 3600, WEBHOOK_SECRET),
    }
    with page.open_client() as client:
        for name, signature in headers.items():
            status = client.post("/stripe/webhook", content=body, headers={"stripe-signature": signature}).status_code
            if status < 400:
                return f"an event signed with {name} is answered with {status}"
        live = json.dumps(event | {"livemode": True})
        signed = {"stripe-signature": _sign(live, now, WEBHOOK_SECRET)}
        if client.post("/stripe/webhook", content=live, headers=signed).status_code < 400:
            return "an event of the other mode is taken"
    return ""


def _sign(body: str, at: int, secret: str) -> str:
    digest = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


ATTACKS: tuple[Attack[Installation], ...] = (
    Attack(11, "lent credits", lend_oneself_credits),
    Attack(11, "odd numbers", give_odd_numbers),
    Attack(11, "gifts given twice", give_twice),
    Attack(11, "invitations of oneself", invite_oneself),
    Attack(11, "invitation of a neighbour", invite_a_neighbour, is_slow=True),
    Attack(11, "forged webhooks", forge_webhooks),
)
