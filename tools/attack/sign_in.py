"""Line 11: other people's sign-in codes, sessions and mailboxes."""

import re
from collections.abc import Iterator
from email.message import EmailMessage

from tools.attack.guest import Guest, open_browser, read_code, sign_in
from tools.attack.installation import Installation
from tools.attack.target import Attack

GUESSES = 20  # of one code
GUESSES_OF_A_NETWORK = 70
NETWORKS = 8  # from which an attacker asks, twelve codes of an hour each
ODD_ADDRESSES = (
    "{a}\r\nBcc: {b}",
    "{a}%0d%0aBcc:{b}",
    "{a},{b}",
    "{a};{b}",
    "{a} {b}",
    "<{b}>,{a}",
    '"{b}" <{a}>',
    "{a}\x00{b}",
    "{a}\u2028{b}",
    "\uff41{a}",
    "{a}\u3002com",
    "{a}@example.com",
    "x@{b}@example.com",
)


def use_code_of_another_browser(page: Installation) -> str:
    """Type the code that a victim's browser asked for into a browser of one's own."""
    email = "victim-1@example.com"
    with open_browser(page) as victim, open_browser(page) as thief:
        victim.ask_for_code(email)
        code = read_code(page, email)
        statuses = [thief.try_code(email, code).status_code]
        thief.ask_for_code("thief-1@example.com")
        statuses.append(thief.try_code(email, code).status_code)
    return "a code opens a browser that did not ask for it" if 303 in statuses else ""


def lock_out_an_owner(page: Installation) -> str:
    """Ask for an owner's codes, and type wrong ones, from many networks, the owner's own among them."""
    email = "owner-1@example.com"
    with sign_in(page, email) as owner:
        for source in ("", owner.source, *[""] * (NETWORKS - 2)):
            with open_browser(page, source) as thief:
                _guess(thief, email, owner.source)
        owner.request("POST", "/sign-out")
        count = len(page.mailbox.emails)
        owner.ask_for_code(email)
        status = owner.try_code(email, read_code(page, email, count)).status_code
    return "" if status == 303 else f"an owner who has signed in here before is answered with {status}"


def _guess(thief: Guest, email: str, source: str) -> None:
    for _ in range(3):
        thief.ask_for_code(email)
    for number in range(GUESSES_OF_A_NETWORK if thief.source == source else GUESSES):
        thief.try_code(email, f"{number:06}")


def guess_codes(page: Installation) -> str:
    """Type as many wrong codes as there may be, and then the right one."""
    email = "guessed-1@example.com"
    with open_browser(page) as guest:
        guest.ask_for_code(email)
        code = read_code(page, email)
        for number in range(GUESSES):
            guest.try_code(email, f"{(int(code) + number + 1) % 1_000_000:06}")
        status = guest.try_code(email, code).status_code
    return f"a code survives {GUESSES} guesses" if status == 303 else ""


def inject_recipients(page: Installation) -> str:
    """Ask for codes with addresses that hold a line break, a second address, or letters that look like others."""
    count = len(page.mailbox.emails)
    for number, form in enumerate(ODD_ADDRESSES):
        with open_browser(page) as guest:
            guest.ask_for_code(form.format(a=f"inject-{number}@example.com", b=f"hidden-{number}@example.com"))
    with sign_in(page):
        pass  # so that whatever was sent before has come
    for each in page.mailbox.emails[count:]:
        if len(each.recipients) != 1 or "hidden" in "".join((*each.recipients, *_list_headers(each.message))):
            return f"a letter goes to {each.recipients}"
    return ""


def _list_headers(message: EmailMessage) -> Iterator[str]:
    return (str(value) for name, value in message.items() if name.lower() in {"to", "cc", "bcc"})


def keep_a_session(page: Installation) -> str:
    """Use a copy of the cookies after their owner has signed out, and cookies that were changed."""
    with sign_in(page) as guest:
        stolen = dict(guest.cookies)
        guest.request("POST", "/sign-out")
        for name, value in stolen.items():
            if guest.client.get("/chat/messages", headers={"cookie": f"{name}={value}"}).status_code == 200:
                return "a session goes on after its end"
    with sign_in(page) as guest:
        for change in (
            str.upper,
            str.lower,
            lambda text: text[:-1],
            lambda text: text + "=",
            lambda text: "%00" + text,
        ):
            cookie = "; ".join(f"{name}={change(value)}" for name, value in guest.cookies.items())
            if guest.client.get("/chat/messages", headers={"cookie": cookie}).status_code == 200:
                return "a session is opened by a cookie that was changed"
    return ""


def post_from_another_site(page: Installation) -> str:
    """Have a signed-in browser post from other origins and under other hosts."""
    forged = (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": page.origin + ".evil.example"},
        {"origin": page.origin.replace("https", "http")},
        {"origin": "http://127.0.0.1", "host": "127.0.0.1"},
        {"origin": "https://evil.example", "host": "evil.example"},
    )
    with sign_in(page) as guest:
        for headers in forged:
            for path, form in (("/sign-out", {}), ("/chat/messages", {"files": [("text", (None, "x"))]})):
                status = guest.request("POST", path, headers=headers, **form).status_code
                if status in {200, 202, 303, 400}:
                    return f"{path} is answered with {status} to {headers['origin']}"
    return ""


def send_many_letters(page: Installation) -> str:
    """Have letters sent to somebody from many networks and browsers, under many spellings."""
    for number in range(NETWORKS):
        with open_browser(page) as guest:
            for spelling in ("many-1@example.com", f"many-1+{number}@example.com", "MANY-1@EXAMPLE.COM"):
                guest.ask_for_code(spelling)
    with sign_in(page):
        pass
    sent = sum(bool(re.match("many-1", each.recipients[0])) for each in page.mailbox.emails)
    return f"{sent} letters of an hour go to one mailbox" if sent > 12 else ""


ATTACKS: tuple[Attack[Installation], ...] = (
    Attack(11, "code of another browser", use_code_of_another_browser),
    Attack(11, "owner locked out", lock_out_an_owner),
    Attack(11, "guessed sign-in codes", guess_codes),
    Attack(11, "recipients in an address", inject_recipients),
    Attack(11, "sessions after their end", keep_a_session),
    Attack(11, "posts from another site", post_from_another_site),
    Attack(11, "many letters", send_many_letters),
)
