"""The page stays up: clients that hold connections, or send as slowly as they can, are let go."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Event, Thread
from urllib.parse import urlsplit

import httpx
import pytest
from fakes.web_server import serve_web_app
from fakes.world.web import WebApp
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bots.web.page import LOCAL_CHAT
from bots.web.request_limits import ConnectionLimits

FORM = "POST {path} HTTP/1.1\r\nHost: localhost\r\nx-rabisco: page\r\nContent-Length: {length}\r\n{more}\r\n"
QUICK = ConnectionLimits(header_seconds=0.4, grace_seconds=0.4, min_rate=100_000)
NO_PROXIES = ("192.0.2.1",)
PACE = Event()  # never set: a client waits for it between what it sends


@contextmanager
def open_line(address: str) -> Iterator[socket.socket]:
    parts = urlsplit(address)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), 10) as line:
        yield line


def is_let_go(line: socket.socket, *, within: float = 8.0) -> bytes:
    """What the server says before it ends the connection."""
    line.settimeout(within)
    said = b""
    while chunk := _receive(line):
        said += chunk
    return said


def _receive(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("sent", [b"", b"GET /health HTTP/1.1\r\nHost: loc"])
def test_a_connection_on_which_no_request_comes_is_ended(house: WebApp, sent: bytes) -> None:
    with serve_web_app(house.app, house.page.notifier, limits=QUICK) as address, open_line(address) as line:
        line.sendall(sent)
        assert is_let_go(line) == b""


def test_headers_of_a_second_request_have_a_deadline_too(house: WebApp) -> None:
    with serve_web_app(house.app, house.page.notifier, limits=QUICK) as address, open_line(address) as line:
        line.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.1 200")
        line.sendall(b"GET /health HTTP/1.1\r\nHost: loc")
        began = time.monotonic()
        is_let_go(line)
        assert time.monotonic() - began < 4  # an idle connection would be kept for five seconds


@pytest.mark.parametrize("path", ["/chat/messages", "/stripe/webhook"])
def test_a_body_that_comes_by_drops_is_read_no_further(house: WebApp, path: str) -> None:
    more = "Content-Type: multipart/form-data; boundary=e\r\n"
    with serve_web_app(house.app, house.page.notifier, limits=QUICK) as address, open_line(address) as line:
        line.sendall(FORM.format(path=path, length=90_000, more=more).encode())
        feeder = Thread(target=_drip, args=(line,), daemon=True)
        feeder.start()
        said = is_let_go(line)
    assert said.partition(b"\r\n")[0].split()[1] in {b"408", b"404"}
    assert house.list_uploads() == []


async def ignore_aborted_request(request: Request) -> Response:
    """Answer a request whatever becomes of its body, as the webhook does."""
    with suppress(ClientDisconnect):
        await request.body()
    return Response(status_code=400)


def test_the_connection_ends_with_the_answer_to_a_body_that_came_too_slowly(house: WebApp) -> None:
    """However it is answered: nobody reads the rest."""
    limits = ConnectionLimits(header_seconds=60, grace_seconds=0.4)
    house.app.add_route("/late", ignore_aborted_request, methods=["POST"])
    with serve_web_app(house.app, house.page.notifier, limits=limits) as address, open_line(address) as line:
        line.sendall(FORM.format(path="/late", length=90_000, more="").encode())
        feeder = Thread(target=_drip, args=(line,), daemon=True)
        feeder.start()
        assert is_let_go(line, within=4).startswith(b"HTTP/1.1 400")


def _drip(line: socket.socket) -> None:
    """A few bytes at a time, as long as somebody reads them."""
    try:
        for _ in range(400):
            line.sendall(b"--e\r\n")
            PACE.wait(0.02)
    except OSError:
        pass


def test_an_upload_at_its_own_pace_comes_through(house: WebApp) -> None:
    limits = ConnectionLimits(grace_seconds=0.5, min_rate=20_000)
    body = b'--e\r\nContent-Disposition: form-data; name="id"\r\n\r\n7f9c24e8-3b12-4fef-91e0-5a1b3c4d5e6f\r\n'
    body += b'--e\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    tail = b"\r\n--e--\r\n"
    more = "Content-Type: multipart/form-data; boundary=e\r\nConnection: close\r\n"
    with serve_web_app(house.app, house.page.notifier, limits=limits) as address, open_line(address) as line:
        line.sendall(FORM.format(path="/chat/messages", length=len(body) + 100_000 + len(tail), more=more).encode())
        line.sendall(body)
        for _ in range(20):
            line.sendall(bytes(5000))
            PACE.wait(0.05)  # 100 kB a second
        line.sendall(tail)
        assert is_let_go(line).startswith(b"HTTP/1.1 202")


def test_one_client_holds_its_share_of_connections_and_a_proxy_those_of_many(house: WebApp) -> None:
    limits = ConnectionLimits(max_connections=3)
    for proxies, answers in ((NO_PROXIES, False), (("127.0.0.0/8",), True)):
        with (
            serve_web_app(house.app, house.page.notifier, limits=limits, proxies=proxies) as address,
            ExitStack() as lines,
        ):
            for _ in range(3):
                line = lines.enter_context(open_line(address))
                line.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert line.recv(65536).startswith(b"HTTP/1.1 200")
            assert _is_answered(address) is answers


def _is_answered(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_a_client_with_too_many_requests_under_way_is_asked_to_wait(house: WebApp) -> None:
    limits = ConnectionLimits(max_requests=2)
    with serve_web_app(house.app, house.page.notifier, limits=limits) as address:
        polls = [Thread(target=_poll, args=(address,)) for _ in range(2)]
        for poll in polls:
            poll.start()
        while house.page.notifier.count_waiting(LOCAL_CHAT) < 2:
            time.sleep(0.01)
        assert httpx.get(f"{address}/health").status_code == 429
    for poll in polls:
        poll.join()


def _poll(address: str) -> None:
    httpx.get(f"{address}/chat/messages?after=0&wait=25", timeout=30)
