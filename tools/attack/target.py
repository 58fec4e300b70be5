"""What is attacked, and what an attack is."""

import itertools
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import httpx

_hosts = itertools.count(2)  # 127.0.0.1 is where proxies of this machine stand


def choose_source() -> str:
    """An address of this machine that no client had before, so that no attack meets the limits of another."""
    number = next(_hosts)
    return f"127.0.{number // 250}.{number % 250 + 1}"


@dataclass(kw_only=True)
class Target:
    """A page: its address, its public origin, and the seconds its deadlines leave a client."""

    address: str
    origin: str
    seconds: float = 15.0
    source: str = field(default_factory=choose_source)

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc

    @contextmanager
    def open_client(self, source: str = "", **headers: str) -> Iterator[httpx.Client]:
        """A client with an address of its own, whom nobody knows; or with that one."""
        transport = httpx.HTTPTransport(local_address=source or choose_source())
        own = {"host": self.host, "origin": self.origin, **headers}
        with httpx.Client(base_url=self.address, transport=transport, headers=own, timeout=self.seconds * 2) as client:
            yield client

    def connect(self, source: str = "") -> socket.socket:
        parts = urlsplit(self.address)
        place = (str(parts.hostname), int(parts.port or 80))
        return socket.create_connection(place, self.seconds, source_address=(source or choose_source(), 0))


T_contra = TypeVar("T_contra", bound=Target, contravariant=True)


@dataclass(frozen=True, slots=True)
class Attack(Generic[T_contra]):
    """An attack by name, of that line in the table; `run` tells what it achieved, or nothing where it was fended off.

    One that `is_slow` takes longer than a few seconds, and is left out of the short form.
    """

    line: int
    name: str
    run: Callable[[T_contra], str]
    is_slow: bool = False


class AttackFailed(Exception):
    """An attack could not be carried out: what it needs did not happen."""


class AttackNotPossible(AttackFailed):
    """This machine lacks what the attack needs."""
