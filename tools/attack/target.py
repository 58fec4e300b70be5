"""The page that is attacked, and what an attack is."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

STRANGER = "127.0.0.2"  # an address that no setting of this machine's proxies names


@dataclass(frozen=True, slots=True)
class Target:
    """The page's address, its public origin, and the seconds its deadlines leave a client."""

    address: str
    origin: str
    seconds: float = 15.0

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc

    @contextmanager
    def open_client(self) -> Iterator[httpx.Client]:
        """A client of the machine's own, whom nobody knows."""
        transport = httpx.HTTPTransport(local_address=STRANGER)
        headers = {"host": self.host, "origin": self.origin}
        with httpx.Client(base_url=self.address, transport=transport, headers=headers, timeout=self.seconds) as client:
            yield client

    def connect(self) -> socket.socket:
        parts = urlsplit(self.address)
        place = (str(parts.hostname), int(parts.port or 80))
        return socket.create_connection(place, self.seconds, source_address=(STRANGER, 0))


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack by name; `run` tells what it achieved, or nothing where it was fended off."""

    name: str
    run: Callable[[Target], str]
