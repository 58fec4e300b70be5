"""Line 11: commands of administrators, given by who is none: typed, forwarded, pressed, and through a link."""

import itertools
import re
import uuid
from collections.abc import Iterator

from fakes.simulated_users import create_photograph
from sqlmodel import select

from bots.core.conversation.commands import COMMANDS
from models.identity.people import Person
from models.identity.roles import Role
from models.jobs.job import Job, JobStatus
from tools.attack.chat import Chat, find_button, open_chat, open_owner_chat
from tools.attack.installation import FREE_CREDITS, Installation
from tools.attack.target import Attack

AT_ONCE = 15  # messages of one person, before the bot asks to slow down
ODD_NAME = "Ana\u202eeunim\u2066\nOwner: /grant me\x07\u200f"
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\x00-\x08\x0b-\x1f\x7f]")


def type_commands(page: Installation) -> str:
    """Type every command of administrators as nobody in particular."""
    commands = [each.name for each in COMMANDS if each.min_role is not Role.PERSON]
    for names in _batch(commands):
        chat = open_chat(page)
        nothing = chat.send("/whatever").text
        for name in names:
            answer = chat.send(f"/{name} {chat.identity} 1000").text
            if answer != nothing and not _is_word(name):
                return f"/{name} is answered with {answer[:60]!r}"
        if found := _find_gain(chat):
            return found
    return ""


def _batch(names: list[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while batch := list(itertools.islice(rest, AT_ONCE)):
        yield batch


def _is_word(name: str) -> bool:
    """Whether people say it for a command of theirs."""
    from bots.core.conversation import command_aliases

    return command_aliases.parse_command(name)[0] != name


def _find_gain(chat: Chat) -> str:
    """What somebody has that they should not: more credits than are free, or a role."""
    credits_ = chat.count_credits()
    role = chat.find_person().role
    if role:
        return f"a stranger is {role}"
    return f"a stranger has {credits_} credits" if credits_ > FREE_CREDITS else ""


def press_commands(page: Installation) -> str:
    """Press buttons that carry commands, as they are shown to administrators."""
    chat = open_chat(page)
    for data in ("say:grant {} 1000", "say:role {} admin", "say:promo create FREE1 1000 9", "do:" + "0" * 32, "do:"):
        chat.press(data.format(chat.identity))
    return _find_gain(chat)


def forward_commands(page: Installation) -> str:
    """Have the owner forward commands, share them through bots, and quote them."""
    stranger, owner = open_chat(page), open_owner_chat(page)
    command = stranger.user.send_text(f"/grant {stranger.identity} 1000")
    helper = {"id": 77, "is_bot": True, "first_name": "Helper", "username": "helper_bot"}
    count = len(owner.messages)
    owner.user.forward(command)
    owner.wait_for_message(count)
    for more in ({"via_bot": helper}, {"sender_business_bot": helper, "business_connection_id": "b"}):
        owner.user.send_content({"text": command["text"], "entities": command["entities"], **more})
    owner.send("/start")
    return _find_gain(stranger)


def press_anothers_confirmation(page: Installation) -> str:
    """Press the button with which the owner would confirm what is asked of them."""
    victim, stranger, owner = open_chat(page), open_chat(page), open_owner_chat(page)
    owner.send(f"/grant {victim.identity} 500")
    question = owner.send(f"/revoke {victim.identity} 400")
    yes = next((each.data for row in question.buttons for each in row if each.data), "")
    stranger.press(yes, question)
    stranger.press(yes)
    stranger.count_credits()
    return "" if victim.count_credits() > 400 else "a stranger confirms what the owner was asked"


def link_to_the_owner(page: Installation) -> str:
    """Have the owner type a code that joins their chat with a stranger's, and press whatever is asked."""
    stranger, owner = open_chat(page), open_owner_chat(page)
    for question in (owner.send(f"/link {_read_link_code(stranger)}"), owner.send("/link")):
        if found := re.search(r"/link ([A-Z0-9-]{9,})", question.text):
            stranger.send(f"/link {found[1]}")
        if yes := find_button(question, "Yes"):
            owner.press(yes, question)
    owner.send("/start")
    return _find_gain(stranger)


def link_without_asking(page: Installation) -> str:
    """Have a victim type a code, and press the answer to the question in their place."""
    stranger, victim = open_chat(page), open_chat(page)
    question = victim.send(f"/link {_read_link_code(stranger)}")
    stranger.press(find_button(question, "Yes"), question)
    stranger.count_credits()
    joined = _find_root(stranger).id == _find_root(victim).id
    return "two chats are one although one of them was not asked" if joined else ""


def _find_root(chat: Chat) -> Person:
    person = chat.find_person()
    with chat.page.db.read_transaction() as session:
        return session.get_one(Person, person.merged_into_id) if person.merged_into_id else person


def _read_link_code(chat: Chat) -> str:
    found = re.search(r"/link ([A-Z0-9-]{9,})", chat.send("/link").text)
    return found[1] if found else ""


def guess_link_codes(page: Installation) -> str:
    """Guess the rest of a code whose beginning was seen."""
    stranger, victim = open_chat(page), open_chat(page)
    code = _read_link_code(victim)
    answers = [stranger.send(f"/link {code[:-1]}{letter}").text for letter in "ABCDEFGHJKMNPQ" if letter != code[-1]]
    question = stranger.send(f"/link {code}")
    return f"a code survives {len(answers)} guesses" if find_button(question, "Yes") else ""


def cancel_anothers_film(page: Installation) -> str:
    """Press the buttons under somebody else's film."""
    victim, stranger = open_chat(page), open_chat(page)
    count = len(victim.messages)
    victim.user.send_photo(create_photograph())
    status = victim.wait_for_message(count)
    page.telegram.wait_until(lambda: status.buttons, 20)
    job_id = uuid.UUID(find_button(status, "Cancel").rpartition(":")[2])
    for action in ("cancel", "again", "file", "restyle", "redraw"):
        stranger.press(f"{action}:{job_id.hex}", status)
    stranger.count_credits()
    with page.db.read_transaction() as session:
        found = session.get_one(Job, job_id).status
        taken = session.exec(select(Job).where(Job.person_id == stranger.find_person().id)).all()
    if found == JobStatus.CANCELLED:
        return "a stranger cancels somebody else's film"
    return "a stranger has somebody else's film made for them" if taken else ""


def write_odd_names(page: Installation) -> str:
    """Be called what reads backwards, or begins a line of its own, and be read about by the owner."""
    stranger, owner = open_chat(page, first_name=ODD_NAME), open_owner_chat(page)
    texts = [owner.send(f"/user {stranger.identity}").text, owner.send("/users").text]
    texts += [label for message in owner.messages for label in message.labels]
    victim = open_chat(page)
    texts.append(victim.send(f"/link {_read_link_code(stranger)}").text)
    shown = next((text for text in texts if INVISIBLE.search(text.replace("\n", "")) or "\nOwner:" in text), "")
    return f"a name is shown as {shown[:60]!r}" if shown else ""


ATTACKS: tuple[Attack[Installation], ...] = (
    Attack(11, "typed commands", type_commands),
    Attack(11, "pressed commands", press_commands),
    Attack(11, "forwarded commands", forward_commands),
    Attack(11, "somebody else's confirmation", press_anothers_confirmation),
    Attack(11, "link to the owner", link_to_the_owner),
    Attack(11, "link without asking", link_without_asking),
    Attack(11, "guessed link codes", guess_link_codes),
    Attack(11, "somebody else's film", cancel_anothers_film),
    Attack(11, "odd names", write_odd_names),
)
