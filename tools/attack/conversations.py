"""Line 9: conversations made heavy and read by many at once, and polls that are never answered."""

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx

from bots.web.chat import MAX_POLLS_PER_USER
from bots.web.message_view import MAX_THUMBNAIL_LENGTH
from tools.attack.guest import Guest, sign_in
from tools.attack.installation import MAX_MEMORY, Installation
from tools.attack.target import Attack

POSTS = 55  # that killed a process limited to a gigabyte
FILES = 10  # of a post, as many as are taken
MOST_READ = 3_000_000  # bytes of one response
MOST_THUMBNAIL = 30_000  # bytes of a thumbnail as the page gives it back


def build_thumbnail(size: int) -> str:
    """A data URL of so many characters, which nothing makes smaller, and which nobody can tell from a picture."""
    head = "data:image/jpeg;base64,"
    return head + base64.b64encode(b"\xff\xd8\xff" + os.urandom(size)).decode()[: (size - len(head)) // 4 * 4]


def fill_conversation(guest: Guest, posts: int = POSTS, thumbnail_size: int = MAX_THUMBNAIL_LENGTH) -> list[int]:
    """Post as much as a post may hold, so many times; the statuses of the answers."""
    files = [(f"{number}.png", b"x", "image/png") for number in range(FILES)]
    thumbnails = [build_thumbnail(thumbnail_size) for _ in range(FILES)]
    text = base64.b64encode(os.urandom(3072)).decode()
    return [guest.post(text, files=files, thumbnails=thumbnails) for _ in range(posts)]


def send_large_thumbnails(page: Installation) -> str:
    """Send thumbnails as large as a form may be."""
    with sign_in(page) as guest:
        guest.post("look", files=[("a.png", b"x", "image/png")], thumbnails=[build_thumbnail(2_900_000)])
        sent = [file for each in guest.read()["messages"] for file in each["sent"] or ()]
    kept = max((len(file["thumbnail"] or "") for file in sent), default=0)
    return f"a thumbnail of {kept:,} bytes is kept" if kept > MOST_THUMBNAIL else ""


def read_a_heavy_conversation(page: Installation) -> str:
    """Fill a conversation, and read it in as many tabs as there may be, before and after the page is restarted."""
    page.begin_measuring()
    with sign_in(page) as guest:
        fill_conversation(guest)
        largest = _read_at_once(guest)
        before = page.measure_memory()
        page.restart_page()
    with sign_in(page) as guest:
        largest = max(largest, _read_at_once(guest))
        after = page.measure_memory()
    if largest > MOST_READ:
        return f"a read brings {largest:,} bytes"
    most = max(before, after)
    return f"reading takes {most // 1_000_000} MB of the page's memory" if most > MAX_MEMORY else ""


def read_as_many(page: Installation) -> str:
    """Be eight guests, each with a heavy conversation that is read in many tabs and scrolled through."""
    page.begin_measuring()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: _fill_and_read(page), range(8)))
    most = page.measure_memory()
    return f"eight guests take {most // 1_000_000} MB of the page's memory" if most > MAX_MEMORY else ""


def hold_polls(page: Installation) -> str:
    """Wait for news in a hundred tabs, of which all but a few must be refused, and ask as somebody else."""
    with sign_in(page) as guest, sign_in(page) as other, ThreadPoolExecutor(100) as pool:
        version = int(guest.read()["version"])
        held = [pool.submit(_poll, guest, version, 8) for _ in range(100)]
        other.post("am I kept out?")
        other.wait_for_text("kept out", seconds=10)
        answered = sum("version" in each.result() for each in held)
    return f"{answered} polls of one guest wait at once" if answered > MAX_POLLS_PER_USER else ""


def _fill_and_read(page: Installation) -> None:
    with sign_in(page) as guest:
        fill_conversation(guest)
        _read_at_once(guest)
        oldest = guest.read()["messages"][0]["at"]
        guest.request("GET", "/chat/messages/older", params={"before": oldest})


def _read_at_once(guest: Guest) -> int:
    """Bytes of the largest of many responses to reads at the same time."""
    with ThreadPoolExecutor(MAX_POLLS_PER_USER) as pool:
        return max(pool.map(lambda _: _measure_read(guest), range(4 * MAX_POLLS_PER_USER)))


def _measure_read(guest: Guest) -> int:
    return len(guest.request("GET", "/chat/messages", params={"after": 0}).content)


def _poll(guest: Guest, after: int, wait: float) -> dict[str, object]:
    with suppress(httpx.HTTPError):
        return guest.read(after, wait)
    return {}


ATTACKS: tuple[Attack[Installation], ...] = (
    Attack(9, "large thumbnails", send_large_thumbnails),
    Attack(9, "polls of a hundred tabs", hold_polls, is_slow=True),
    Attack(9, "heavy conversation", read_a_heavy_conversation, is_slow=True),
    Attack(9, "heavy conversations of many", read_as_many, is_slow=True),
)
