"""Line 9: forms made to cost memory or time: by their names, parts, totals, boundaries and headers."""

import gzip
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx

from tools.attack.guest import FORM, Guest, sign_in
from tools.attack.installation import Installation
from tools.attack.target import Attack, Target

MOST_GROWTH = 100_000_000  # bytes of memory that one client's forms may cost the page
MOST_SECONDS = 5.0  # for an answer to a small request
MOST_HEADER = 15_000  # bytes; longer headers are refused before they are read
MULTIPART = {"content-type": "multipart/form-data; boundary=e"}
END = b"--e--\r\n"


def send_long_names(page: Installation) -> str:
    """Send 1,500 fields with names of a megabyte each."""
    part = b'--e\r\nContent-Disposition: form-data; name="' + b"n" * 1_000_000 + b'"\r\n\r\nx\r\n'
    return _send_forms(page, lambda: (part for _ in range(1500)))


def send_many_parts(page: Installation) -> str:
    """Send half a million tiny fields."""
    part = '--e\r\nContent-Disposition: form-data; name="{}"\r\n\r\nx\r\n'
    blocks = [
        "".join(part.format(number) for number in range(start, start + 1000)) for start in range(0, 500_000, 1000)
    ]
    return _send_forms(page, lambda: (block.encode() for block in blocks))


def send_many_headers(page: Installation) -> str:
    """Send one part with a million headers."""
    start = b'--e\r\nContent-Disposition: form-data; name="a"\r\n'
    return _send_forms(page, lambda: (start, *(b"X-Header: value\r\n" * 10_000 for _ in range(100))))


def send_large_texts(page: Installation) -> str:
    """Send texts of 400 MB, from eight connections at once."""
    start = b'--e\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
    return _send_forms(page, lambda: (start, *(b"a" * 1_000_000 for _ in range(400))), times=8)


def send_texts_at_once(page: Installation) -> str:
    """Send the largest texts that are taken, from forty connections at once."""
    start = b'--e\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
    return _send_forms(page, lambda: (start, *(b"a" * 100_000 for _ in range(29)), b"\r\n", END), times=40, most=4)


def send_long_boundary(page: Installation) -> str:
    """Send what is nearly a long boundary, again and again."""
    boundary = "b" * MOST_HEADER
    kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
    body = b"--" + boundary.encode() + b'\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
    body += (b"\r\n--" + boundary.encode()[:-1] + b"c") * 40
    with sign_in(page) as guest:
        return _find_wait(
            lambda: guest.request("POST", "/chat/messages", content=body, headers=kind), "a long boundary"
        )


def send_compressed(page: Installation) -> str:
    """Send a gigabyte in a megabyte of gzip."""
    bomb = gzip.compress(bytes(300_000_000), 1)
    with sign_in(page) as guest:
        headers = {**MULTIPART, "content-encoding": "gzip"}
        status = guest.request("POST", "/chat/messages", content=bomb, headers=headers).status_code
    return "" if status >= 400 else f"a compressed form is answered with {status}"


def send_costly_headers(target: Target) -> str:
    """Send headers on which careless patterns take for ever."""
    values = {
        "accept-language": ",".join(["pt-BR;q=0.5"] * 4000),
        "cookie": "a=" + '"\\' * 15_000 + "; " * 10_000,
        "content-type": "multipart/form-data" + '; a="\\' * 8_000,
        "x-forwarded-for": "1.1.1.1, " * 5000,
        "range": "bytes=" + ",".join(f"{number}-{number}" for number in range(8000)),
        "accept-encoding": "gzip;q=0," * 5000,
        "if-none-match": 'W/"' * 15_000,
        "stripe-signature": "t=1," + "v1=" * 15_000,
    }
    with target.open_client() as client:
        for name, value in values.items():
            for method, path in (("GET", "/"), ("GET", "/static/page.js"), ("POST", "/stripe/webhook")):
                found = _find_wait(lambda: client.request(method, path, headers={name: value[:MOST_HEADER]}), name)  # noqa: B023
                if found:
                    return f"{found} at {path}"
    return ""


def sign_in_with_odd_forms(target: Target) -> str:
    """Send small forms that are none: nested, doubled, in other charsets, and with ten thousand fields."""
    bodies = (
        b"email=a@example.com&" * 200,
        b"&" * 4000,
        b"email[]=a@example.com&email[a][b]=1",
        b"\xff\xfe" + "email=a@example.com".encode("utf-16-le"),
        b"email=%00@example.com",
        b"email=a%0d%0aBcc:b@example.com@example.com",
        b"%" * 4000,
        b"email=" + b"a" * 4000,
        b"email=" + ".".join(["a"] * 1500).encode() + b"@",
    )
    with target.open_client(**FORM) as client:
        for body in bodies:
            began = time.monotonic()
            status = client.post("/sign-in", content=body).status_code
            if status >= 500 or time.monotonic() - began > MOST_SECONDS:
                return f"{body[:40]!r} is answered with {status} after {time.monotonic() - began:.0f} s"
    return ""


def _send_forms(page: Installation, build: object, times: int = 3, most: int = 1) -> str:
    """Send that form several times at once; what it costs the page, where that is more than it may."""
    assert callable(build)
    page.begin_measuring()
    before = page.measure_memory()
    with sign_in(page) as guest, ThreadPoolExecutor(times) as pool:
        codes = set(pool.map(lambda _: _send_form(page, guest, build()), range(times)))
    grown = page.measure_memory() - before
    if grown > most * MOST_GROWTH:
        return f"the page's memory grows by {grown // 1_000_000} MB"
    return f"the page answers with {max(codes)}" if max(codes) >= 500 else ""


def _send_form(page: Installation, guest: Guest, body: Iterator[bytes]) -> int:
    """The status of the answer; 0 where the page ends the connection."""
    with page.open_client(guest.source) as client:
        try:
            headers = guest.headers | MULTIPART
            return client.post("/chat/messages", content=iter(body), headers=headers).status_code
        except httpx.TransportError:
            return 0


def _find_wait(ask: object, what: str) -> str:
    """What an answer that takes too long, or is an error of the server, has achieved."""
    assert callable(ask)
    began = time.monotonic()
    try:
        status = ask().status_code
    except httpx.TimeoutException:
        status = 0
    except httpx.TransportError:
        return ""  # the server has ended the connection
    waited = time.monotonic() - began
    if waited > MOST_SECONDS:
        return f"{what} keeps the page busy for {waited:.0f} s"
    return f"{what} is answered with {status}" if status >= 500 else ""


def repeat_message_ids(page: Installation) -> str:
    """Post under the id that somebody else's message has."""
    taken = str(uuid.uuid4())
    with sign_in(page) as ana, sign_in(page) as eva:
        ana.post("this is Ana's", id=taken)
        ana.wait_for_text("this is Ana's")
        eva.post("this is Eva's", id=taken)
        texts = [each["text"] for each in ana.read()["messages"]]
    return "a message is written over by somebody else" if "this is Eva's" in texts else ""


PAGE_ATTACKS: tuple[Attack[Target], ...] = (
    Attack(9, "costly headers", send_costly_headers),
    Attack(9, "odd forms", sign_in_with_odd_forms),
)
ATTACKS: tuple[Attack[Installation], ...] = (
    *PAGE_ATTACKS,
    Attack(9, "long names of fields", send_long_names),
    Attack(9, "many parts", send_many_parts),
    Attack(9, "many headers of a part", send_many_headers),
    Attack(9, "large texts", send_large_texts, is_slow=True),
    Attack(9, "largest texts at once", send_texts_at_once),
    Attack(9, "long boundary", send_long_boundary),
    Attack(9, "compressed form", send_compressed),
    Attack(9, "somebody else's message", repeat_message_ids),
)
