import asyncio
import http.client
import signal
import socket
import time
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx
from fakes.page_client import PAGE_HEADERS
from fakes.sockets import open_listener
from fakes.web_server import serve_web_app
from fakes.world.web import WebApp, open_web_app
from structlog.testing import capture_logs

from bots.web.auth.sign_in import CODES_PER_CLIENT
from bots.web.page import LOCAL_CHAT
from bots.web.server import build_web_server
from storage.db import Database


def test_a_page_that_waits_for_news_does_not_hold_up_the_stop(house: WebApp) -> None:
    answers: list[int] = []
    with serve_web_app(house.app, house.page.notifier) as address:
        assert httpx.get(f"{address}/health").json() == {"status": "ok"}
        waiting = Thread(
            target=lambda: answers.append(httpx.get(f"{address}/chat/messages?after=0&wait=25", timeout=30).status_code)
        )
        waiting.start()
        while not house.page.notifier.count_waiting(LOCAL_CHAT):
            time.sleep(0.01)
        started = time.monotonic()
    waiting.join()
    assert time.monotonic() - started < 3
    assert answers == [200]


async def test_signals_are_left_to_the_process_however_often_they_come(house: WebApp) -> None:
    arrived = asyncio.Semaphore(0)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, arrived.release)
    server = build_web_server(house.app, house.page.notifier)
    with open_listener(0) as sock:
        serving = asyncio.create_task(server.serve([sock]))
        await asyncio.to_thread(httpx.get, f"http://127.0.0.1:{sock.getsockname()[1]}/health")
        for _ in range(2):
            signal.raise_signal(signal.SIGINT)
            await arrived.acquire()
        assert not server.should_exit
        assert not server.force_exit
        server.should_exit = True
        await serving
    asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)


def test_a_proxy_beside_us_tells_who_asks(tmp_path: Path, sqlite: Database) -> None:
    house = open_web_app(tmp_path, sqlite, has_sign_in=True)

    def asks(visitor: str) -> int:
        headers = {"host": "rabisco.example", "origin": "https://rabisco.example", "x-forwarded-for": visitor}
        return line.post("/sign-in", data={"email": "ana@example.com"}, headers=headers).status_code

    with serve_web_app(house.app, house.page.notifier) as address, httpx.Client(base_url=address) as line:
        assert {asks("203.0.113.7") for _ in range(CODES_PER_CLIENT)} == {303}
        assert asks("203.0.113.7") == 429
        assert asks("203.0.113.8") == 303


def test_an_upload_that_is_too_big_is_told_so_before_it_is_sent(house: WebApp) -> None:
    with serve_web_app(house.app, house.page.notifier) as address:
        parts = urlsplit(address)
        line = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
        line.putrequest("POST", "/chat/messages")
        headers = {**PAGE_HEADERS, "content-type": "multipart/form-data; boundary=e", "content-length": str(3 * 10**9)}
        for name, value in headers.items():
            line.putheader(name, value)
        line.endheaders()
        answer = line.getresponse()
        assert answer.status == 413
        assert b"2000 MB" in answer.read()
        line.close()


def test_a_client_that_goes_away_in_the_middle_is_one_line_of_the_log(house: WebApp) -> None:
    with serve_web_app(house.app, house.page.notifier) as address, capture_logs() as logs:
        parts = urlsplit(address)
        with socket.create_connection((str(parts.hostname), int(parts.port or 0))) as line:
            head = "POST /chat/messages HTTP/1.1\r\nHost: localhost\r\nx-rabisco: page\r\nContent-Length: 99999\r\n"
            line.sendall(f"{head}Content-Type: multipart/form-data; boundary=e\r\n\r\n--e\r\n".encode())
        deadline = time.monotonic() + 10
        while not logs and time.monotonic() < deadline:
            time.sleep(0.01)
    (line_of_log,) = logs
    assert (line_of_log["event"], line_of_log["path"]) == ("request-aborted", "/chat/messages")
    assert "exc_info" not in line_of_log
    assert house.list_uploads() == []
