"""Connections as an attacker writes them: byte by byte, and never to an end."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tools.attack.target import Target

PACE = 0.05  # seconds between the pieces of a client that is slow on purpose
_never = threading.Event()


def build_head(target: Target, request: str, *headers: str) -> bytes:
    """The head of a request, as `POST /sign-in`, with the page's own host and origin."""
    lines = (f"{request} HTTP/1.1", f"Host: {target.host}", f"Origin: {target.origin}", *headers, "", "")
    return "\r\n".join(lines).encode()


@contextmanager
def drip(line: socket.socket, piece: bytes = b"a", pace: float = PACE) -> Iterator[None]:
    """Send that piece again and again while the block runs."""
    stopped = threading.Event()

    def send() -> None:
        try:
            while not stopped.wait(pace):
                line.sendall(piece)
        except OSError:
            return

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(5)


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


def read_status(line: socket.socket, seconds: float) -> int:
    """The status of the response; 0 where none comes in time, or the connection ends without one."""
    line.settimeout(seconds)
    try:
        words = line.recv(65536).split(maxsplit=2)
    except OSError:
        return 0
    return int(words[1]) if len(words) > 1 else 0


def pause(seconds: float) -> None:
    """Let time pass for which an attack waits on purpose."""
    _never.wait(seconds)
