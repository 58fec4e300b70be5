"""Line 9: uploads that announce what never comes, or come by drops, take long to measure, or are left in the middle."""

import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx
from fakes.simulated_users import create_photograph

from tools.attack.guest import Guest, sign_in
from tools.attack.installation import Installation
from tools.attack.lines import build_head, drip, is_closed, pause, read_status
from tools.attack.target import Attack, AttackNotPossible

ANNOUNCED = 2_000_000_000  # bytes, as many as an upload may have
MOST_SECONDS = 5.0  # for the page to answer while others send
MOST_ACCOUNTS = 40
ABORTED = 40  # requests that are left in their middle
MOST_LINES = 3  # of the log, for an aborted request
MEASURED = 8  # accounts that send what takes long to measure


def build_upload_head(page: Installation, guest: Guest, size: int) -> bytes:
    """The head of an upload of that many bytes, and the beginning of its file."""
    part = f'--e\r\nContent-Disposition: form-data; name="id"\r\n\r\n{uuid.uuid4()}\r\n'
    part += '--e\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\n'
    headers = (
        f"Content-Length: {size}",
        "Content-Type: multipart/form-data; boundary=e",
        f"Cookie: {guest.headers['cookie']}",
    )
    return build_head(page, "POST /chat/messages", *headers) + part.encode()


def announce_much(page: Installation) -> str:
    """Let accounts announce all that the disk holds, and send nearly nothing; then upload as somebody else."""
    if (free := shutil.disk_usage(page.folder).free) < 3 * ANNOUNCED:
        raise AttackNotPossible("the disk has no room for an upload")
    with ExitStack() as stack:
        for _ in range(min(MOST_ACCOUNTS, free // ANNOUNCED + 2)):
            guest = stack.enter_context(sign_in(page))
            line = stack.enter_context(page.connect(guest.source))
            line.sendall(build_upload_head(page, guest, ANNOUNCED))
            stack.enter_context(drip(line, b"v" * 4096, 0.2))
        pause(0.5)
        with sign_in(page) as other, page.connect(other.source) as line:
            line.sendall(build_upload_head(page, other, ANNOUNCED))
            refused = read_status(line, 0.7)
            status = other.post(files=[("a.png", create_photograph(), "image/png")])
    if refused:
        return f"what others announce has an upload refused with {refused}"
    return "" if status == 202 else f"what others announce has a picture refused with {status}"


def send_by_drops(page: Installation) -> str:
    """Send a file of two gigabytes, a few bytes a second."""
    with sign_in(page) as guest, page.connect(guest.source) as line:
        line.sendall(build_upload_head(page, guest, ANNOUNCED))
        with drip(line, b"v" * 50):
            return "" if is_closed(line, page.seconds + 5) else "an upload that comes by drops is read for ever"


def repeat_uploads(page: Installation) -> str:
    """Begin one upload after the other as one guest, each of the largest size, until they are refused."""
    with ExitStack() as stack:
        guest = stack.enter_context(sign_in(page))
        for _ in range(6):
            line = stack.enter_context(page.connect(guest.source))
            line.sendall(build_upload_head(page, guest, ANNOUNCED))
            if read_status(line, 0.7) == 429:
                return ""
    return "one guest may announce any number of uploads"


def send_what_takes_long(page: Installation) -> str:
    """Let eight accounts send pictures of sixty megapixels, ten at a time, and ask for the page meanwhile."""
    slow = create_photograph(size=(9000, 7000), image_format="JPEG")
    with ExitStack() as stack, ThreadPoolExecutor(MEASURED) as pool:
        guests = [stack.enter_context(sign_in(page)) for _ in range(MEASURED)]
        other = stack.enter_context(sign_in(page))
        with _measure_delays(other) as delays:
            sent = [pool.submit(_send_pictures, guest, slow) for guest in guests]
            for each in sent:
                each.result()
            pause(5)
    worst = max(delays)
    return f"the page answers after {worst:.0f} s while files are measured" if worst > MOST_SECONDS else ""


def _send_pictures(guest: Guest, picture: bytes) -> None:
    for _ in range(2):
        guest.post(files=[(f"{number}.jpg", picture, "image/jpeg") for number in range(4)])


@contextmanager
def _measure_delays(guest: Guest) -> Iterator[list[float]]:
    """The seconds each request of a guest took while the block ran."""
    stopped, delays = threading.Event(), [0.0]

    def ask() -> None:
        while not stopped.wait(0.2):
            began = time.monotonic()
            try:
                guest.request("GET", "/").raise_for_status()
                guest.read()
            except httpx.HTTPError:
                delays.append(60)
            delays.append(time.monotonic() - began)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield delays
    finally:
        stopped.set()
        thread.join(90)


def abort_requests(page: Installation) -> str:
    """Leave uploads in their middle, and count what the log says of each."""
    output = page.processes["web"].output
    before = len(output)
    with sign_in(page) as guest:
        for _ in range(ABORTED):
            with page.connect(guest.source) as line:
                line.sendall(build_upload_head(page, guest, 1_000_000))
                pause(0.02)
        guest.post("is anybody there?")
        guest.wait_for_text("anybody")
    said = "".join(output[before:])
    if "Traceback" in said:
        return "an aborted request fills the log with a traceback"
    lines = said.count("\n")
    return f"{ABORTED} aborted requests write {lines} lines" if lines > MOST_LINES * ABORTED else ""


ATTACKS: tuple[Attack[Installation], ...] = (
    Attack(9, "announced uploads", announce_much),
    Attack(9, "dripped upload", send_by_drops, is_slow=True),
    Attack(9, "uploads of one guest", repeat_uploads),
    Attack(9, "slow files", send_what_takes_long, is_slow=True),
    Attack(9, "aborted requests", abort_requests),
)
