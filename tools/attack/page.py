"""Attacks on the page over HTTP: figures, connections held for nothing, clients of one's own making."""

import socket
import threading
import time
from contextlib import ExitStack

import httpx

from bots.web.auth.sign_in import CODES_PER_CLIENT
from bots.web.request_limits import ConnectionLimits
from tools.attack.target import Attack, Target

HOSTS = ("127.0.0.1:8000", "localhost", "web:8000", "10.0.0.5")
PACE = 0.05  # seconds between the bytes of a client that is slow on purpose


def read_figures(target: Target) -> str:
    """Ask for the figures under every name that could pass for the server's own network."""
    with target.open_client() as client:
        for host in (*HOSTS, target.host):
            for path in ("/metrics", "/health/deep"):
                if client.get(path, headers={"host": host}).status_code != 404:
                    return f"{path} answers to Host: {host}"
    return ""


def hold_a_connection(target: Target) -> str:
    """Begin a request, and never end its headers."""
    with target.connect() as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: ")
        return "" if is_closed(line, target.seconds) else "a connection without a request stays open"


def drip_a_form(target: Target) -> str:
    """Send a form a byte at a time."""
    head = f"POST /sign-in HTTP/1.1\r\nHost: {target.host}\r\nOrigin: {target.origin}\r\nContent-Length: 4000\r\n\r\n"
    with target.connect() as line:
        line.sendall(head.encode())
        dripping = threading.Thread(target=_drip, args=(line,), daemon=True)
        dripping.start()
        return "" if is_closed(line, target.seconds) else "a form that comes by drops is read for ever"


def _drip(line: socket.socket) -> None:
    try:
        while True:
            line.sendall(b"a")
            threading.Event().wait(PACE)
    except OSError:
        return


def is_closed(line: socket.socket, seconds: float) -> bool:
    """Whether the server ends the connection within that time."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        line.settimeout(left)
        try:
            if not line.recv(65536):
                return True
        except TimeoutError:
            return False
        except OSError:
            return True
    return False


def hold_many_connections(target: Target) -> str:
    """Hold more connections than a client's share, then ask on one more."""
    with ExitStack() as lines, target.open_client() as client:
        for _ in range(ConnectionLimits().max_connections):
            line = lines.enter_context(target.connect())
            line.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try:
                line.recv(65536)
            except OSError:
                return ""
        try:
            client.get("/health")
        except httpx.TransportError:
            return ""
    return "one client may hold any number of connections"


def pretend_to_be_many(target: Target) -> str:
    """Ask for codes under a new forwarded address each time."""
    with target.open_client() as client:
        for number in range(CODES_PER_CLIENT + 1):
            headers = {"x-forwarded-for": f"203.0.113.{number}", "cf-connecting-ip": f"203.0.113.{number}"}
            form = {"email": f"somebody{number}@example.com"}
            if client.post("/sign-in", data=form, headers=headers).status_code == 429:
                return ""
    return "whoever writes X-Forwarded-For is another client each time"


ATTACKS = (
    Attack("figures", read_figures),
    Attack("idle connection", hold_a_connection),
    Attack("dripped form", drip_a_form),
    Attack("many connections", hold_many_connections),
    Attack("forged addresses", pretend_to_be_many),
)
