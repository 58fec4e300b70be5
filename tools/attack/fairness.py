"""Line 14: the limits of senders, turned against those who do nothing wrong."""

from collections.abc import Callable

from fakes.simulated_users import create_photograph

from models.limits import load_limits
from tools.attack.chat import Chat, open_chat
from tools.attack.guest import sign_in
from tools.attack.installation import Installation
from tools.attack.lines import pause
from tools.attack.target import Attack, AttackFailed

ALBUM = 3  # pictures beyond those of a minute
FLOOD = 40  # messages beyond those of a minute
PATIENCE = 60.0  # seconds within which what waited is answered


def press_as_one_writes(page: Installation) -> str:
    """Press as many buttons as messages are allowed in a minute; then write."""
    chat = open_chat(page)
    menu = chat.send("/settings")
    for _ in range(load_limits().person.messages_per_minute + 5):
        chat.press(str(menu.buttons[0][0].data), menu)
    try:
        chat.count_credits()
    except AttackFailed:
        return f"taps are counted as messages: {chat.messages[-1].text[:60]!r}"
    return ""


def send_pictures_fast(page: Installation) -> str:
    """Send more pictures in a row than messages are allowed in a minute; each must be answered, and none refused."""
    chat, count = open_chat(page), load_limits().person.messages_per_minute + ALBUM
    before = len(chat.messages)
    for number in range(count):
        chat.user.send_photo(create_photograph(seed=number, size=(64, 64)), caption=f"/sketch {number}")
    _wait(page, lambda: len(chat.messages) >= before + count)
    refused = [message.text for message in chat.messages[before:] if _is_slowed(message.text)]
    answered = len(chat.messages) - before
    if refused:
        return f"pictures that come fast are refused: {refused[0][:60]!r}"
    return "" if answered >= count else f"of {count} pictures {answered} are answered"


def keep_writing(page: Installation) -> str:
    """Write on and on beyond the limit, and once more after a few seconds."""
    chat = open_chat(page)
    for number in range(load_limits().person.messages_per_minute + FLOOD):
        chat.user.send_text(f"hello {number}")
    _wait(page, lambda: any(_is_slowed(message.text) for message in chat.messages))
    pause(60 / load_limits().person.messages_per_minute * 2)
    answer = _send_and_read(chat, "/balance")
    return "" if "credits" in answer else f"who has written too much is shut out: {answer[:60]!r}"


def slow_others_down(page: Installation) -> str:
    """Write and press on and on as one person, and see how long another waits."""
    noisy, other = open_chat(page), open_chat(page)
    for number in range(150):
        noisy.user.send_text(f"hello {number}")
        noisy.press("settings")
    answer = other.send("/balance").text
    return "" if "credits" in answer else f"one who writes too much slows another down: {answer[:60]!r}"


def press_on_the_page(page: Installation) -> str:
    """Press more buttons of the page than messages are allowed in a minute; then write."""
    with sign_in(page) as guest:
        guest.post("/settings")
        for _ in range(load_limits().person.messages_per_minute + 5):
            shown = guest.wait_for_message(lambda message: bool(message["buttons"]))
            status = guest.post(choice=shown["buttons"][0][0]["data"], message=shown["id"])
            if status == 429:
                return "taps on the page are refused"
            pause(0.2)  # for the menu to change
        guest.post("/balance")
        try:
            guest.wait_for_text("You have [0-9]+ credit", seconds=10)
        except AttackFailed:
            return "taps on the page are counted as messages"
    return ""


def _is_slowed(text: str) -> bool:
    return "fast" in text.lower() or "slow" in text.lower()


def _send_and_read(chat: Chat, text: str) -> str:
    """What the bot says last, some seconds after a message."""
    before = len(chat.messages)
    chat.user.send_text(text)
    _wait(chat.page, lambda: any("credits" in message.text for message in chat.messages[before:]), 8)
    return chat.messages[-1].text


def _wait(page: Installation, probe: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until it is so, or that time has passed."""
    try:
        page.telegram.wait_until(probe, seconds)
    except AssertionError:
        return
    if page.list_dead():
        raise AttackFailed("a process has ended")


ATTACKS: tuple[Attack[Installation], ...] = (
    Attack(14, "taps before a message", press_as_one_writes),
    Attack(14, "pictures in a row", send_pictures_fast, is_slow=True),
    Attack(14, "writing on and on", keep_writing, is_slow=True),
    Attack(14, "noise of another", slow_others_down),
    Attack(14, "taps on the page", press_on_the_page),
)
